internal import CLibmnl
public import LinuxSystem

extension NetlinkSocket {
    /// The offloads of a link.
    ///
    /// - Parameter link: One of the socket's namespace.
    /// - Returns: Those of now.
    /// - Throws: ``NetlinkError``: `ENODEV` if it is gone.
    public borrowing func offloads(of link: NetworkLink) throws(NetlinkError) -> InterfaceOffloads {
        do {
            return try InterfaceOffloads(ofInterface: link.name, socket: fd)
        } catch {
            throw NetlinkError(attempt: "read offloads", subject: link.name, errno: error)
        }
    }

    /// The id that the socket's namespace has for another one.
    ///
    /// The corresponding message is `RTM_GETNSID`. Since Linux 4.0.
    ///
    /// - Parameter namespace: The other one, open.
    /// - Returns: The id, as in ``NetworkLink/peerNamespaceID``; nil if it has none for it.
    /// - Throws: ``NetlinkError``.
    public mutating func namespaceID(
        of namespace: borrowing NetworkNamespace.Handle
    ) throws(NetlinkError) -> Int32? {
        var message = MessageBuilder(type: Int32(RTM_GETNSID), flags: NLM_F_ACK)
        message.append(UInt32(0))  // struct rtgenmsg, padded
        message.attribute(Int(NETNSA_FD), namespace.rawDescriptor)
        do throws(NetlinkFailure) {
            let replies = try request(message)
            guard let reply = replies.first, replies.count == 1 else {
                throw .malformed("\(replies.count) namespaces instead of one")
            }
            // struct rtgenmsg, padded, then attributes.
            let id: Int32? = try Attributes(reply.payload.dropping(4)).integer(Int(NETNSA_NSID))
            return id.flatMap { $0 < 0 ? nil : $0 }
        } catch {
            throw error.error("find id of network namespace", namespace.subject)
        }
    }
}
