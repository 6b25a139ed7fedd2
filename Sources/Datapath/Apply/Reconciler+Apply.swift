internal import Foundation
internal import LinuxSystem
internal import Policy
internal import PolicyCompiler

extension Reconciler {
    /// How to apply.
    public struct ApplyOptions: Sendable {
        /// Only these interfaces, when not empty.
        public var interfaces: [String] = []
        /// Whether to take hooks that another policy holds.
        public var takeOver = false
        /// Whether what is odd about `attach:` is an error.
        public var refusesWarnings = false
        /// Whether interfaces, network namespaces and cgroups that are missing are left out with a warning, as
        /// if all of `attach:` were optional.
        public var waitsForMissing = false
        /// The digests of this policy that may be in force: with another one nothing is done, whoever has put
        /// it there meanwhile. Nil: any.
        public var expected: Set<String>?
        /// Whether to stop after planning.
        public var dryRun = false
        /// Whether to say which tables it takes: for a dry run that takes as long as the rest.
        public var describesTables = false
        /// Whether to apply even what cuts a session by which this host is managed.
        public var force = false
        /// The objects of the programs that `attach:` names, by their files; compiled, if from C.
        public var objects: [String: [UInt8]] = [:]
        /// After how long it reverts by itself unless it is confirmed; nil: it is final at once.
        public var confirm: Duration?
        /// What must answer before, and still when the policy is in force and to be confirmed.
        public var checks: [ServiceCheck] = []

        /// Everything, gently.
        public init() {}
    }

    /// Makes a policy true.
    ///
    /// Bodies are loaded and filled first, then new stubs are attached with them in force, then the
    /// bodies of existing attachments are swapped. Whatever fails before the swaps changes nothing.
    ///
    /// - Returns: The plan that was carried out, or with `dryRun` would be.
    /// - Throws: ``DatapathError``; the old policy is in force on every hook.
    @discardableResult public func apply(
        _ revision: PolicyRevision, _ options: ApplyOptions = ApplyOptions()
    ) throws(DatapathError) -> Outcome {
        if options.dryRun {
            return try translating {
                let plan = try plan(revision, options, Observation.now())
                var preflight = Preflight(revision.policy)
                if options.describesTables { try preflight.look(at: plan, in: .existing()) }
                return Outcome(
                    plan: plan, pending: nil, tables: preflight.uses, reasonsForModes: [])
            }
        }
        return try change { root in
            try root.refuseWhilePending(to: "apply policy '\(revision.policy.name)'")
            var observation = try Observation.now()
            if try root.follow(observation.moves) { observation = try Observation.now() }
            let plan = try plan(revision, options, observation)
            let transaction = Transaction(revision, plan, options, in: root)
            let attempt = "apply policy '\(revision.policy.name)'"
            if !plan.steps.isEmpty { try requireAnswers(options.checks, to: attempt) }
            let pending = try transaction.carryOut()
            if pending != nil { try revert(unless: options.checks, in: root, attempt) }
            let blocked = try root.removeUnusedBlockList()
            if blocked > 0 {
                notice("\(blocked) entries of the block list went with the last attachment")
            }
            return Outcome(
                plan: plan, pending: pending, tables: transaction.uses,
                reasonsForModes: transaction.reasonsForModes)
        }
    }

    /// What an apply did.
    public struct Outcome: Sendable {
        /// The steps.
        public let plan: Plan
        /// When it reverts unless it is confirmed; nil when it is final.
        public let pending: PendingRecord?
        /// The tables of each filter, if they were looked at.
        public let tables: [TableUse]
        /// Why new attachments run in generic mode although none was asked for, by what people call them.
        public let reasonsForModes: [(place: String, reason: String)]
    }

    private func plan(
        _ revision: PolicyRevision, _ options: ApplyOptions, _ observation: Observation
    ) throws -> Plan {
        let observed = try observation.allAttachments
        let policy = revision.policy
        if let expected = options.expected { try policy.refuse(observed, unless: expected) }
        func adopted(_ interfaces: [String]) -> Targets {
            Targets(
                adopting: observed, by: policy, only: interfaces, takeOver: options.takeOver)
        }
        var wanted =
            try policy.attach.map {
                try Targets(
                    $0, only: options.interfaces, objects: options.objects,
                    waiting: options.waitsForMissing)
            } ?? adopted(options.interfaces)
        let missing = wanted.missing(of: options.interfaces)
        if policy.attach == nil, wanted.all.isEmpty || !missing.isEmpty {
            throw nothingToApply(to: policy, missing, observed, adopted(missing).warnings)
        }
        if !missing.isEmpty {
            throw DatapathError(
                "apply policy '\(policy.name)'", missing.joined(separator: ", "),
                "its attach: is for no such interface that is there",
                hint: "add it there, or leave --interface out for all that it is for")
        }
        wanted = try wanted.settled(for: policy)
        wanted.warnOfTraps(policy, observed: observed)
        guard wanted.warnings.isEmpty || !options.refusesWarnings else {
            throw DatapathError(
                "apply policy '\(policy.name)'", "its attachments",
                wanted.warnings.joined(separator: "; "), code: .invalidPolicy)
        }
        return try Plan(
            policy: policy.name, digest: revision.digest, wanted: wanted, observed: observed,
            programs: observation.allPrograms, takeOver: options.takeOver,
            removesOthers: policy.attach != nil && options.interfaces.isEmpty)
    }

    private func nothingToApply(
        to policy: Policy, _ interfaces: [String], _ observed: [Attachment], _ warnings: [String]
    ) -> DatapathError {
        let attempt = "apply policy '\(policy.name)'"
        guard warnings.isEmpty else {
            return DatapathError(
                attempt, "its attachments", warnings.joined(separator: "; "),
                hint:
                    "name one 'inbound' for ingress hooks and one 'outbound' for egress hooks, or "
                    + "give the policy an attach: section")
        }
        let held = observed.first { attachment in
            interfaces.isEmpty || interfaces.contains(attachment.location.name)
        }
        return held?.refusal(of: policy.name)
            ?? DatapathError(
                attempt,
                interfaces.isEmpty ? "every attachment" : interfaces.joined(separator: ", "),
                "nothing is attached",
                hint: "'netctl attach IFACE' first, or give the policy an attach: section")
    }
}

extension Policy {
    /// Refuses to be applied where it is in force as somebody else has it.
    fileprivate func refuse(_ observed: [Attachment], unless expected: Set<String>) throws {
        for attachment in observed {
            guard let found = attachment.policy, found.policy == name.text,
                !expected.contains(found.digest)
            else { continue }
            throw DatapathError(
                "apply policy '\(name)'", attachment.name,
                "another command has put '\(name)' \(found.digest.prefix(8)) in force there")
        }
    }
}
