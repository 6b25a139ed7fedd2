package import Policy
internal import PolicyCompiler

/// The policy that an attachment enforces, read back: its text from the kernel, its set files from
/// where they were.
package struct PolicyInForce {
    /// The policy. What its set files hold is nothing where they are not as they were.
    package let policy: Policy
    /// Sets that come from files which have changed since, or cannot be read.
    package let unknownSets: Set<Name>

    /// Reads back; nil when the text is of a version of the policy that this netctl cannot read.
    package init?(_ record: PolicyRecord) {
        let folder = record.folder.map { "\($0)/" } ?? ""
        let source = PolicySource(
            path: folder + record.policy, bytes: Array(record.text.utf8))
        if let revision = Self.revision(source), revision.digest == record.digest {
            policy = revision.policy
            unknownSets = []
            return
        }
        guard let policy = PolicyReader.read([source], setFile: { _ in [] }).policy else {
            return nil
        }
        self.policy = policy
        unknownSets = policy.setsFromFiles
    }

    /// The policy with its set files as they are now.
    private static func revision(_ source: PolicySource) -> PolicyRevision? {
        let setFiles = SetFilesOnDisk()
        return PolicyReader.read([source], setFiles: setFiles).policy.map {
            PolicyRevision($0, setFiles: setFiles.digests)
        }
    }
}

extension Policy {
    /// The sets that hold what a file holds, directly or through other sets.
    fileprivate var setsFromFiles: Set<Name> {
        var found: Set<Name> = []
        var before = -1
        while found.count != before {
            before = found.count
            for set in sets {
                switch set.source {
                case .files: found.insert(set.name)
                case .sets(let members) where !found.isDisjoint(with: members):
                    found.insert(set.name)
                case .sets, .inline, .ports: break
                }
            }
        }
        return found
    }
}

extension FilterTrial {
    /// A second instance of what an attachment has in force, and what it means.
    ///
    /// - Throws: ``DatapathError``, also when it was detached meanwhile.
    package init(
        inForceAt attachment: Attachment, _ inForce: PolicyInForce?
    ) throws(DatapathError) {
        let record = attachment.policy
        let filter = record.flatMap { record in
            inForce?.policy.filters.first { $0.name.text == record.filter }
        }
        let meaning = filter.map { filter in
            ReferenceInterpreter(
                filter, sets: inForce?.policy.sets ?? [],
                monitor: record?.isMonitored ?? attachment.isMonitoredByRules)
        }
        self.init(
            try DetachedBody.load(inForceAt: attachment), meaning: meaning,
            unknownSets: inForce?.unknownSets ?? [],
            // A pause passes what is blocked, too.
            asksBlockList: attachment.state != .paused)
    }
}

extension Attachment {
    /// Whether every rule that would drop only reports, for records that do not say so.
    fileprivate var isMonitoredByRules: Bool {
        let dropping = (policy?.rules ?? []).filter { $0.account.verdict == .drop }
        return !dropping.isEmpty && dropping.allSatisfy(\.account.isMonitored)
    }
}
