internal import CLibmnl
internal import SystemPackage

extension NetlinkSocket {
    /// The qdiscs of all interfaces of the socket's namespace, as `tc qdisc show` lists them.
    ///
    /// The corresponding message is `RTM_GETQDISC`.
    ///
    /// - Throws: ``NetlinkError``.
    public mutating func qdiscs() throws(NetlinkError) -> [Qdisc] {
        do {
            var qdiscs: [Qdisc] = []
            for reply in try dump(
                .trafficControl(type: Int32(RTM_GETQDISC), flags: NLM_F_DUMP))
            {
                qdiscs.append(try Qdisc(reply))
            }
            return qdiscs
        } catch {
            throw error.error("list qdiscs", "the network namespace")
        }
    }

    /// The qdiscs of an interface.
    ///
    /// - Parameter interfaceIndex: The interface, in the socket's namespace.
    /// - Returns: The qdiscs; none if there is no such interface.
    /// - Throws: ``NetlinkError``.
    public mutating func qdiscs(interfaceIndex: UInt32) throws(NetlinkError) -> [Qdisc] {
        // The kernel knows no filter by interface: it sends all of the namespace.
        try qdiscs().filter { $0.interfaceIndex == interfaceIndex }
    }

    /// Adds a clsact qdisc, where filters go. Packets are not queued or changed by it.
    ///
    /// It is lost when the interface moves to another network namespace, and its filters with it.
    ///
    /// The corresponding message is `RTM_NEWQDISC` with `NLM_F_EXCL`. Since Linux 4.5.
    ///
    /// - Parameter interfaceIndex: The interface, in the socket's namespace.
    /// - Throws: ``NetlinkError``: `EEXIST` if there is one already, which then is somebody else's,
    ///   or an `ingress` qdisc in its place; `ENODEV` if there is no such interface.
    public mutating func createClsact(interfaceIndex: UInt32) throws(NetlinkError) {
        try changeClsact(
            "add clsact qdisc", type: Int32(RTM_NEWQDISC),
            flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, interfaceIndex)
    }

    /// Removes the clsact qdisc with every filter on it, whoever added it: look at
    /// ``filters(interfaceIndex:direction:)`` of both directions first.
    ///
    /// The corresponding message is `RTM_DELQDISC`.
    ///
    /// - Parameter interfaceIndex: The interface, in the socket's namespace.
    /// - Throws: ``NetlinkError``: `ENOENT` or `EINVAL` if there is none or an `ingress` qdisc in
    ///   its place, `ENODEV` if there is no such interface.
    public mutating func deleteClsact(interfaceIndex: UInt32) throws(NetlinkError) {
        try changeClsact(
            "remove clsact qdisc", type: Int32(RTM_DELQDISC), flags: NLM_F_ACK, interfaceIndex)
    }

    private mutating func changeClsact(
        _ attempt: String, type: Int32, flags: Int32, _ interfaceIndex: UInt32
    ) throws(NetlinkError) {
        let subject = "interface \(interfaceIndex)"
        if let problem = NetlinkSocket.problem(inIndex: interfaceIndex) {
            throw NetlinkError(
                attempt: attempt, subject: subject, errno: .invalidArgument, reason: problem)
        }
        var message = MessageBuilder.trafficControl(
            type: type, flags: flags, interfaceIndex: interfaceIndex,
            handle: TC_H_CLSACT & 0xffff_0000, parent: TC_H_CLSACT)
        message.attribute(Int(TCA_KIND), "clsact")
        do {
            _ = try request(message)
        } catch {
            let reason: String? =
                switch error.errno {
                case .fileExists: "there is a clsact or ingress qdisc already"
                case .operationNotSupportedByDevice: "no interface with index \(interfaceIndex)"
                default: error.reason
                }
            throw NetlinkError(
                attempt: attempt, subject: subject, errno: error.errno, extack: error.extack,
                reason: reason)
        }
    }

    /// Why no interface can have an index; nil if one can. The kernel takes 2³² - 1 for a block of
    /// filters that several interfaces share.
    static func problem(inIndex index: UInt32) -> String? {
        index > 0 && index <= Int32.max ? nil : "an interface index is in 1...\(Int32.max)"
    }
}
