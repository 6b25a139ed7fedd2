package import Policy
package import PolicyCompiler

/// Packets judged by the real program of a filter, and held against what the filter means.
package struct FilterTrial {
    /// What became of a packet.
    package struct Answer {
        /// What happens to it.
        package let judgement: ReferenceInterpreter.Judgement
        /// Whether the real program said so. What test runs do not take, such as frames shorter than
        /// an Ethernet header and requests for devices, is judged by what the policy means alone.
        package let isFromProgram: Bool
        /// What the filter means, where the program did something else.
        package let disagreement: ReferenceInterpreter.Judgement?
        /// The rules that had something to do with it.
        package let trace: [ReferenceInterpreter.TraceEntry]
        /// The entry of the block list that it is in; then no rule was asked.
        package var blockedBy: BlockEntry?
    }

    /// The program.
    package let body: DetachedBody
    /// What the filter means; nil where no policy is in force.
    private let meaning: ReferenceInterpreter?
    /// Sets whose contents are not known: what the filter means is known in part.
    private let unknownSets: Set<Name>
    /// Whether the host's block list is asked first.
    private let asksBlockList: Bool

    /// A program and its meaning.
    init(
        _ body: DetachedBody, meaning: ReferenceInterpreter?, unknownSets: Set<Name>,
        asksBlockList: Bool
    ) {
        self.asksBlockList = asksBlockList
        self.body = body
        self.meaning = meaning
        self.unknownSets = unknownSets
    }

    /// Loads the program of a filter, as the hook would have it.
    ///
    /// - Throws: ``DatapathError``.
    package init(
        _ filter: Filter, sets: [NamedSet], hook: Hook
    ) throws(DatapathError) {
        let compiled = try translating { try CompiledFilter(filter, sets: sets) }
        body = try DetachedBody.load(compiled, on: hook)
        meaning = ReferenceInterpreter(filter, sets: sets)
        unknownSets = []
        asksBlockList = false
    }

    /// Judges one packet by itself.
    ///
    /// - Parameters:
    ///   - frame: The bytes from the Ethernet header on; the hook may see less of them.
    ///   - mark: The mark, on hooks where packets have one.
    /// - Returns: What became of it.
    /// - Throws: ``DatapathError``, also for a frame that neither can judge.
    package func judge(_ frame: [UInt8], mark: UInt32 = 0) throws(DatapathError) -> Answer {
        let hook = body.hook
        guard let packet = SeenPacket(frame, on: hook, ethernet: body.ethernet, mark: mark) else {
            throw DatapathError(
                "judge packet", "\(frame.count) bytes",
                hook.place == .cgroup
                    ? "a cgroup's sockets see no packets but those of IPv4 and IPv6"
                    : "it has no Ethernet header that says what it is")
        }
        let blocking = try asksBlockList ? blockEntry(of: packet) : nil
        try body.block(blocking?.prefix)
        var meaning = meaning
        if let prefix = blocking?.prefix {
            meaning?.blocked = ReferenceBlockList(
                [prefix], ofDestinations: hook.blocksDestinations)
        }
        // What is in a set does not matter to what is blocked.
        let isKnown = unknownSets.isEmpty || blocking != nil
        let meant = isKnown ? meaning?.judge(packet) : nil
        let judged = try body.judge(packet)
        guard let judgement = judged ?? meant else {
            throw DatapathError(
                "judge packet", "\(frame.count) bytes", "the kernel's test runs take no such frame")
        }
        let trace =
            blocking == nil
            ? meaning?.trace(packet, decidedBy: judgement.rule, unknown: unknownSets) ?? [] : []
        return Answer(
            judgement: judgement, isFromProgram: judged != nil,
            disagreement: meant == judgement ? nil : meant, trace: trace,
            blockedBy: blocking)
    }

    /// The entry of the host's block list that a packet is in.
    private func blockEntry(of packet: SeenPacket) throws(DatapathError) -> BlockEntry? {
        guard let ends = packet.addresses else { return nil }
        return try BlockList.entry(
            blocking: body.hook.blocksDestinations ? ends.destination : ends.source)
    }
}

extension Filter {
    /// The same filter, with nothing monitored: what it says is what happens.
    package var enforced: Filter {
        var filter = self
        filter.monitor = false
        for index in filter.rules.indices { filter.rules[index].monitor = false }
        return filter
    }
}
