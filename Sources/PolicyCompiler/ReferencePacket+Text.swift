internal import NetTypes
internal import Packets

extension ReferencePacket {
    /// What the packet has where a key looks, as a policy would write it; nil where it has no such
    /// field, or one that cannot be read.
    func value(of key: PacketDescription.Key) -> String? {
        switch key {
        case .src: Self.text(source) { $0.description }
        case .dst: Self.text(destination) { $0.description }
        case .proto: Self.text(proto) { $0.description }
        case .sport: Self.text(transport.sport) { "\($0)" }
        case .dport: Self.text(transport.dport) { "\($0)" }
        case .tcpFlags: Self.text(transport.tcpFlags, Self.flags)
        case .icmpType: Self.text(transport.icmpType, Self.message)
        case .family: EtherType(rawValue: etherType).description
        case .etherType: EtherType(rawValue: etherType).hexadecimal
        case .vlan: vlan.map { "\($0)" } ?? "none"
        case .fragment: Self.text(fragment) { "\($0)" }
        case .length: Self.text(length) { "\($0)" }
        case .ttl: Self.text(ttl) { "\($0)" }
        case .dscp:
            Self.text(dscp) { value in
                DSCP.names.first { $0.value == value }?.name ?? "\(value)"
            }
        case .extHeader: Self.text(extHeaders, Self.headers)
        case .mark: Self.text(mark) { "\($0)" }
        }
    }

    private static func text<Value>(
        _ field: ReferenceField<Value>, _ describe: (Value) -> String
    ) -> String? {
        if case .value(let value) = field { describe(value) } else { nil }
    }

    private static func flags(_ flags: TCPFlags) -> String {
        let names = TCPFlags.names.filter { flags.contains($0.flag) }.map(\.name)
        return names.isEmpty ? "none" : names.joined(separator: ",")
    }

    private static func message(_ message: ReferenceTransport.ICMPType) -> String {
        let name = ICMPType.name(message.type, of: message.proto) ?? "\(message.type)"
        return message.code == 0 ? name : "\(name)/\(message.code)"
    }

    private static func headers(_ headers: Set<ExtensionHeader>) -> String {
        let names = ExtensionHeader.allCases.filter(headers.contains).map(\.rawValue)
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }
}
