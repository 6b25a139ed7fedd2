internal import CLibmnl
internal import SystemPackage

extension NetlinkSocket {
    /// The filters of one direction of an interface's clsact qdisc, whoever added them. Programs
    /// attached by TCX are not among them.
    ///
    /// The corresponding message is `RTM_GETTFILTER`.
    ///
    /// - Parameters:
    ///   - interfaceIndex: The interface, in the socket's namespace.
    ///   - direction: Which of the qdisc's two lists.
    /// - Returns: The filters, those that run first first; none if there is no such qdisc or
    ///   interface.
    /// - Throws: ``NetlinkError``.
    public mutating func filters(
        interfaceIndex: UInt32, direction: ClsactDirection
    ) throws(NetlinkError) -> [TCFilter] {
        do {
            let message = MessageBuilder.trafficControl(
                type: Int32(RTM_GETTFILTER), flags: NLM_F_DUMP, interfaceIndex: interfaceIndex,
                parent: direction.parent)
            var filters: [TCFilter] = []
            for reply in try dump(message) { filters.append(try TCFilter(reply)) }
            return TCFilter.withoutHeads(filters)
        } catch {
            throw error.error("list filters", "\(direction) of interface \(interfaceIndex)")
        }
    }

    /// Adds a `bpf` filter whose program gives the verdict (direct action), for all protocols.
    ///
    /// The corresponding message is `RTM_NEWTFILTER` with `NLM_F_EXCL`. Since Linux 4.4.
    ///
    /// - Parameters:
    ///   - position: Where; the interface needs a clsact qdisc.
    ///   - descriptor: A program of type `BPF_PROG_TYPE_SCHED_CLS`. The filter keeps it.
    ///   - name: What `tc filter show` prints, at most 255 bytes.
    /// - Throws: ``NetlinkError``: `EEXIST` if there is such a filter, `EINVAL` without a clsact
    ///   qdisc, if filters of another kind or protocol have the priority, or for a program of another
    ///   type.
    public mutating func addBPFFilter(
        at position: ClsactPosition, descriptor: Int32, name: String
    ) throws(NetlinkError) {
        try changeBPFFilter(
            "add filter", at: position, flags: NLM_F_CREATE | NLM_F_EXCL, descriptor, name)
    }

    /// Puts another program into a `bpf` filter, without a packet in between that sees none.
    ///
    /// The corresponding message is `RTM_NEWTFILTER` with `NLM_F_REPLACE`.
    ///
    /// - Parameters:
    ///   - position: Which filter.
    ///   - descriptor: A program of type `BPF_PROG_TYPE_SCHED_CLS`.
    ///   - name: What `tc filter show` prints, at most 255 bytes.
    ///   - expected: The program that must be there now; nil: any. The kernel cannot compare: this
    ///     looks first, and a filter that is exchanged in that moment goes unnoticed.
    /// - Throws: ``NetlinkError``: `ENOENT` if there is no such filter, `EEXIST` if another program
    ///   is there than the one expected, and as ``addBPFFilter(at:descriptor:name:)``.
    public mutating func replaceBPFFilter(
        at position: ClsactPosition, descriptor: Int32, name: String, expecting expected: UInt32?
    ) throws(NetlinkError) {
        let attempt = "replace filter"
        try require(expected, at: position, attempt)
        try changeBPFFilter(attempt, at: position, flags: NLM_F_REPLACE, descriptor, name)
    }

    /// Removes one `bpf` filter and no other. The qdisc stays.
    ///
    /// The corresponding message is `RTM_DELTFILTER`.
    ///
    /// - Parameters:
    ///   - position: Which filter.
    ///   - expected: The program that must be there now, as in
    ///     ``replaceBPFFilter(at:descriptor:name:expecting:)``.
    /// - Throws: ``NetlinkError``: `ENOENT` if there is no such filter or qdisc, `EEXIST` if another
    ///   program is there than the one expected.
    public mutating func deleteBPFFilter(
        at position: ClsactPosition, expecting expected: UInt32?
    ) throws(NetlinkError) {
        let attempt = "remove filter"
        try require(expected, at: position, attempt)
        var message = position.message(type: Int32(RTM_DELTFILTER), flags: 0)
        message.attribute(Int(TCA_KIND), "bpf")
        try change(message, attempt, position)
    }

    private mutating func changeBPFFilter(
        _ attempt: String, at position: ClsactPosition, flags: Int32, _ descriptor: Int32,
        _ name: String
    ) throws(NetlinkError) {
        guard name.utf8.count <= 255, !name.utf8.contains(0) else {  // CLS_BPF_NAME_LEN
            throw NetlinkError(
                attempt: attempt, subject: "\(position)", errno: .invalidArgument,
                reason: "a filter's name has at most 255 bytes, without NUL")
        }
        var message = position.message(type: Int32(RTM_NEWTFILTER), flags: flags)
        message.attribute(Int(TCA_KIND), "bpf")
        message.nest(Int(TCA_OPTIONS)) { options in
            options.attribute(Int(TCA_BPF_FD), UInt32(bitPattern: descriptor))
            options.attribute(Int(TCA_BPF_NAME), name)
            options.attribute(Int(TCA_BPF_FLAGS), UInt32(TCA_BPF_FLAG_ACT_DIRECT))
        }
        try change(message, attempt, position)
    }

    private mutating func change(
        _ message: MessageBuilder, _ attempt: String, _ position: ClsactPosition
    ) throws(NetlinkError) {
        do {
            _ = try request(message)
        } catch {
            let reason: String? =
                switch error.errno {
                case .operationNotSupportedByDevice:
                    "no interface with index \(position.interfaceIndex)"
                // The kernel has a sentence for everything else that is wrong with a filter.
                case .invalidArgument where error.extack == nil:
                    "the descriptor is of no program of type sched_cls"
                default: error.reason
                }
            throw NetlinkError(
                attempt: attempt, subject: "\(position)", errno: error.errno,
                extack: error.extack, reason: reason)
        }
    }

    /// Makes sure that the filter at a place runs a program.
    private mutating func require(
        _ expected: UInt32?, at position: ClsactPosition, _ attempt: String
    ) throws(NetlinkError) {
        guard let expected else { return }
        let filters = try filters(
            interfaceIndex: position.interfaceIndex, direction: position.direction)
        guard let filter = filters.first(where: position.isPlace(of:)) else {
            throw NetlinkError(
                attempt: attempt, subject: "\(position)", errno: .noSuchFileOrDirectory,
                reason: "there is no such filter")
        }
        if filter.bpf?.programID == expected { return }
        let found =
            filter.bpf?.programID.map { "program \($0)" } ?? "a filter of kind \(filter.kind)"
        throw NetlinkError(
            attempt: attempt, subject: "\(position)", errno: .fileExists,
            reason: "\(found) is there, not program \(expected)")
    }
}

extension ClsactPosition {
    fileprivate func message(type: Int32, flags: Int32) -> MessageBuilder {
        .trafficControl(
            type: type, flags: flags | NLM_F_ACK, interfaceIndex: interfaceIndex, handle: handle,
            parent: direction.parent, info: info)
    }

    /// Whether a filter of this direction is at this place.
    fileprivate func isPlace(of filter: TCFilter) -> Bool {
        filter.chain == 0 && filter.priority == priority && filter.handle == handle
            && filter.protocolNumber == TCFilter.allProtocols
    }
}
