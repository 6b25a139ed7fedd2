internal import Datapath
internal import LinuxSystem
internal import Policy

/// A policy as its files had it when they were last without errors, and how to apply it.
struct KeptPolicy {
    let revision: PolicyRevision
    let options: Reconciler.ApplyOptions

    var name: String { revision.policy.name.text }
}

/// The files of a policy, read again when they are not what they were.
struct WatchedFiles {
    /// What came of looking at them.
    enum Outcome {
        /// They are what they were, or somebody is about to write them.
        case asBefore
        /// They have been read, and something about them may be odd.
        case read(warning: String?)
        /// They have errors, or cannot be read: what they said before is kept.
        case refused(String)
    }

    /// So long after a write there may be another one; less than a hint waits, so that the look after it sees
    /// what was written all at once.
    private static let quiet = Duration.milliseconds(200)

    private let paths: [String]
    private let refusesWarnings: Bool
    private let options: PolicyDaemon.Options
    /// What they were when they were read; nil: they have to be read.
    private var marks: [String: FileMark]?

    /// What the policy depends on.
    private(set) var places: Places
    /// What they said when they were last without errors.
    private(set) var kept: KeptPolicy?
    /// Whether they say something else now, with errors.
    private(set) var isRefused = false

    init(_ paths: [String], refusesWarnings: Bool, options: @escaping PolicyDaemon.Options) {
        self.paths = paths
        self.refusesWarnings = refusesWarnings
        self.options = options
        places = Places(nil, paths)
    }

    /// Has them read the next time, whatever they are.
    mutating func forget() { marks = nil }

    /// Whether there is something new to be read, which nothing need have told of: it was written while
    /// they were read.
    var haveChanged: Bool { marks.map { $0 != places.marks } ?? false }

    /// Reads them, if they are not what they were.
    ///
    /// - Throws: Why they cannot be read, or their programs not be compiled, while nothing is kept.
    mutating func readIfChanged() throws -> Outcome {
        let now = places.marks
        guard now != marks, !isBeingWritten(now) else { return .asBefore }
        do {
            let files = try PolicyFiles(paths, waiting: false)
            let reading = files.read()
            let policy = reading.revision?.policy ?? kept?.revision.policy
            places = Places(policy, paths, files.sources.map(\.path) + reading.setFiles)
            // Each as it was before it was read; of what is new to us and cannot be opened as it is now.
            marks = places.marks.merging(now.filter { places.files.contains($0.key) }) { $1 }
                .merging(reading.marks) { $1 }
            return try take(reading)
        } catch {
            // It may come right without a change: memory was short, say.
            marks = nil
            guard kept != nil else { throw error }
            isRefused = true
            return .refused("\(error)")
        }
    }

    private mutating func take(_ reading: PolicyReading) throws -> Outcome {
        let said = reading.result.diagnostics.map(reading.result.rendered)
            .joined(separator: "\n")
        guard let revision = reading.revision, said.isEmpty || !refusesWarnings else {
            isRefused = true
            return .refused(said)
        }
        kept = KeptPolicy(revision: revision, options: try options(revision))
        isRefused = false
        return .read(warning: said.isEmpty ? nil : said)
    }

    /// Whether a file was written to so lately that there may be more to come: half of a policy can be a
    /// valid one. What is kept is good until then.
    private func isBeingWritten(_ now: [String: FileMark]) -> Bool {
        guard kept != nil, let marks else { return false }
        return now.contains { path, mark in
            marks[path] != mark && (.zero..<Self.quiet).contains(mark.age)
        }
    }
}
