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
        /// Whether to stop after planning.
        public var dryRun = false

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
    public func apply(
        _ revision: PolicyRevision, _ options: ApplyOptions = ApplyOptions()
    ) throws(DatapathError) -> Plan {
        if options.dryRun {
            return try translating { try plan(revision, options, Observation.now().attachments) }
        }
        return try change { root in
            let plan = try plan(revision, options, Observation.now().attachments)
            try Transaction(revision, plan, in: root).carryOut()
            return plan
        }
    }

    private func plan(
        _ revision: PolicyRevision, _ options: ApplyOptions, _ observed: [Attachment]
    ) throws -> Plan {
        let policy = revision.policy
        let wanted: Targets
        if let entries = policy.attach {
            wanted = try Targets(entries, only: options.interfaces)
        } else {
            wanted = Targets(
                adopting: observed, by: policy.name, filter: try ingressFilter(of: policy),
                only: options.interfaces, takeOver: options.takeOver)
        }
        guard !wanted.all.isEmpty || policy.attach != nil else {
            throw nothingToApply(to: policy.name, options, observed)
        }
        guard wanted.warnings.isEmpty || !options.refusesWarnings else {
            throw DatapathError(
                "apply policy '\(policy.name)'", "its attachments",
                wanted.warnings.joined(separator: "; "), code: .invalidPolicy)
        }
        return try Plan(
            policy: policy.name, digest: revision.digest, wanted: wanted.settled(for: policy),
            observed: observed,
            takeOver: options.takeOver,
            removesOthers: policy.attach != nil && options.interfaces.isEmpty)
    }

    private func nothingToApply(
        to policy: Name, _ options: ApplyOptions, _ observed: [Attachment]
    ) -> DatapathError {
        let held = observed.first { attachment in
            options.interfaces.isEmpty || options.interfaces.contains(attachment.interface)
        }
        return held?.refusal(of: policy)
            ?? DatapathError(
                "apply policy '\(policy)'",
                options.interfaces.isEmpty
                    ? "every attachment" : options.interfaces.joined(separator: ", "),
                "nothing is attached",
                hint: "'netctl attach IFACE' first, or give the policy an attach: section")
    }

    /// Without `attach:`, ingress hooks get filter `inbound`, or the only one.
    private func ingressFilter(of policy: Policy) throws -> Name {
        if let inbound = policy.filters.first(where: { $0.name.text == "inbound" }) {
            return inbound.name
        }
        guard policy.filters.count == 1, let only = policy.filters.first else {
            throw DatapathError(
                "apply policy '\(policy.name)'", "ingress hooks",
                "it has neither a filter 'inbound' nor a single filter",
                hint: "name one 'inbound', or give the policy an attach: section")
        }
        return only.name
    }
}
