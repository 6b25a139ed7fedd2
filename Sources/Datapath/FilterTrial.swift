package import Policy
package import PolicyCompiler

/// Packets judged by the real program of a filter, and held against what the filter means.
package struct FilterTrial {
    /// What became of a packet.
    package struct Answer {
        /// What happens to it.
        package let judgement: ReferenceInterpreter.Judgement
        /// Whether the real program said so. Frames that test runs do not take, such as those
        /// shorter than an Ethernet header, are judged by what the filter means alone.
        package let isFromProgram: Bool
        /// What the filter means, where the program did something else.
        package let disagreement: ReferenceInterpreter.Judgement?
    }

    /// The program.
    package let body: DetachedBody
    /// What the filter means; nil where its sets are not known.
    package let meaning: ReferenceInterpreter?

    /// A program and its meaning.
    package init(_ body: DetachedBody, meaning: ReferenceInterpreter?) {
        self.body = body
        self.meaning = meaning
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
    }

    /// Judges one packet by itself.
    ///
    /// - Throws: ``DatapathError``, also for a frame that neither can judge.
    package func judge(_ frame: [UInt8]) throws(DatapathError) -> Answer {
        let meant = meaning?.judge(frame)
        if let judgement = try body.judge(frame) {
            return Answer(
                judgement: judgement, isFromProgram: true,
                disagreement: meant == judgement ? nil : meant)
        }
        guard let meant else {
            throw DatapathError(
                "judge packet", "\(frame.count) bytes",
                "the kernel's test runs take no such frame, and the sets of the policy in force "
                    + "are not known")
        }
        return Answer(judgement: meant, isFromProgram: false, disagreement: nil)
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
