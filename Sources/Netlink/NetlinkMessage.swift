/// One message of a datagram from the kernel.
package struct NetlinkMessage: Equatable {
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    let portID: UInt32
    let payload: WireBytes

    static let headerLength = 16

    /// Splits a datagram into its messages.
    package static func parse(_ datagram: [UInt8]) throws(NetlinkFailure) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var rest = WireBytes(datagram)
        while rest.count > 0 {
            guard let length = rest.load(at: 0, as: UInt32.self).map(Int.init),
                let type: UInt16 = rest.load(at: 4), let flags: UInt16 = rest.load(at: 6),
                let sequence: UInt32 = rest.load(at: 8), let portID: UInt32 = rest.load(at: 12)
            else { throw .malformed("\(rest.count) bytes are no message header") }
            guard length >= headerLength, let payload = rest.slice(headerLength..<length) else {
                throw .malformed("message of \(length) bytes in \(rest.count)")
            }
            messages.append(
                NetlinkMessage(
                    type: type, flags: flags, sequence: sequence, portID: portID,
                    payload: payload))
            rest = rest.dropping(aligned(length))
        }
        return messages
    }
}
