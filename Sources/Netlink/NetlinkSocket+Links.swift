internal import CLibmnl
internal import LinuxSystem
internal import SystemPackage

extension NetlinkSocket {
    /// All links of the socket's namespace, in the order of their indices.
    public mutating func links() throws(NetlinkError) -> [NetworkLink] {
        do {
            var message = MessageBuilder.link(type: Int32(RTM_GETLINK), flags: NLM_F_DUMP)
            message.attribute(Int(IFLA_EXT_MASK), UInt32(RTEXT_FILTER_SKIP_STATS))
            var links: [NetworkLink] = []
            for reply in try dump(message) {
                links.append(try NetworkLink(reply, driver: driver(of: fd)))
            }
            return links.sorted { $0.index < $1.index }
        } catch {
            throw error.error("list interfaces", "all")
        }
    }

    /// The link with a name, or an alternative name.
    ///
    /// - Throws: ``NetlinkError`` with `ENODEV` if there is none, and the nearest name as hint.
    public mutating func link(named name: String) throws(NetlinkError) -> NetworkLink {
        let attempt = "find interface"
        // An alternative name may have 127 bytes (ALTIFNAMSIZ); the rules are the same.
        if let problem = InterfaceName.problem(in: name, limit: 127) {
            throw NetlinkError(
                attempt: attempt, subject: "'\(name)'", errno: .invalidArgument, reason: problem)
        }
        var message = MessageBuilder.link(type: Int32(RTM_GETLINK), flags: NLM_F_ACK)
        message.attribute(Int(name.utf8.count > 15 ? IFLA_ALT_IFNAME : IFLA_IFNAME), name)
        message.attribute(Int(IFLA_EXT_MASK), UInt32(RTEXT_FILTER_SKIP_STATS))
        do {
            return try oneLink(message)
        } catch {
            guard error.errno == .operationNotSupportedByDevice else {
                throw error.error(attempt, name)
            }
            let names = (try? links())?.flatMap { [$0.name] + $0.alternativeNames } ?? []
            throw NetlinkError(
                attempt: attempt, subject: name, errno: error.errno,
                reason: "no interface '\(name)'",
                hint: nearestName(to: name, in: names).map { "did you mean '\($0)'?" })
        }
    }

    /// The link with an index.
    ///
    /// - Throws: ``NetlinkError`` with `ENODEV` if there is none.
    public mutating func link(index: UInt32) throws(NetlinkError) -> NetworkLink {
        let attempt = "find interface"
        if let problem = NetlinkSocket.problem(inIndex: index) {
            throw NetlinkError(
                attempt: attempt, subject: "index \(index)", errno: .invalidArgument,
                reason: problem)
        }
        var message = MessageBuilder.link(
            type: Int32(RTM_GETLINK), flags: NLM_F_ACK, index: index)
        message.attribute(Int(IFLA_EXT_MASK), UInt32(RTEXT_FILTER_SKIP_STATS))
        do {
            return try oneLink(message)
        } catch {
            let reason =
                error.errno == .operationNotSupportedByDevice
                ? "no interface with index \(index)" : nil
            throw NetlinkError(
                attempt: attempt, subject: "index \(index)", errno: error.errno,
                extack: error.extack, reason: reason ?? error.reason)
        }
    }

    private mutating func oneLink(
        _ message: MessageBuilder
    ) throws(NetlinkFailure) -> NetworkLink {
        let replies = try request(message)
        guard let reply = replies.first, replies.count == 1 else {
            throw .malformed("\(replies.count) links instead of one")
        }
        return try NetworkLink(reply, driver: driver(of: fd))
    }
}

/// Answers the driver of an interface in the namespace of a socket; nil if it names none.
private func driver(of socket: Int32) -> (String) -> String? {
    { name in
        let driver = try? InterfaceDriver.name(ofInterface: name, socket: socket)
        return driver?.isEmpty == false ? driver : nil
    }
}
