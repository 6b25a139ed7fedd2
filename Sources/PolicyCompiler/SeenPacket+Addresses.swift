public import NetTypes

extension SeenPacket {
    /// The two ends; nil for what is not IP, and for a header that is broken.
    public var addresses: (source: IPAddress, destination: IPAddress)? {
        guard let packet = try? ReferencePacket(self), case .value(let source) = packet.source,
            case .value(let destination) = packet.destination
        else { return nil }
        return (source, destination)
    }
}
