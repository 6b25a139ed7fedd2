internal import CLibmnl
internal import SystemPackage

/// The kernel's answer that ends a request: `NLMSG_ERROR`, or `NLMSG_DONE` after a dump.
package struct Acknowledgement: Equatable {
    /// nil if the request was carried out.
    let failure: NetlinkFailure?

    /// Parses the answer: a negative errno, then (error only) the request's header and, unless
    /// `NLM_F_CAPPED`, its body, then with `NLM_F_ACK_TLVS` the extended acknowledgement.
    package init(_ message: NetlinkMessage) throws(NetlinkFailure) {
        // An old kernel ends a dump without a number.
        let isDone = Int32(message.type) == NLMSG_DONE
        guard let error: Int32 = message.payload.load() ?? (isDone ? 0 : nil) else {
            throw .malformed("acknowledgement without error number")
        }
        guard error <= 0, error > -4096 else { throw .malformed("error number \(error)") }
        guard error < 0 else {
            failure = nil
            return
        }
        var extack: String?
        if Int32(message.flags) & NLM_F_ACK_TLVS != 0 {
            extack = try Acknowledgement.extack(in: message, isDone: isDone)
        }
        failure = NetlinkFailure(errno: Errno(rawValue: -error), extack: extack)
    }

    private static func extack(
        in message: NetlinkMessage, isDone: Bool
    ) throws(NetlinkFailure) -> String? {
        var offset = 4
        if !isDone {
            guard let length: UInt32 = message.payload.load(at: 4),
                message.payload.slice(4..<4 + NetlinkMessage.headerLength) != nil
            else { throw .malformed("acknowledgement without the request's header") }
            offset += NetlinkMessage.headerLength
            if Int32(message.flags) & NLM_F_CAPPED == 0 {
                let body = aligned(Int(length)) - NetlinkMessage.headerLength
                guard body >= 0, message.payload.slice(offset..<offset + body) != nil else {
                    throw .malformed("acknowledgement with a shortened request")
                }
                offset += body
            }
        }
        let attributes = try Attributes(message.payload.dropping(offset))
        return attributes.string(Int(NLMSGERR_ATTR_MSG.rawValue))
    }
}
