public import Datapath
internal import LinuxSystem
internal import Policy

/// Keeps a policy true over time: looks again when its files change, when interfaces, namespaces and
/// cgroups come and go, and now and then, and applies what is not as it says.
///
/// It holds nothing in force, the kernel does: when it ends, in whatever way, everything stays as it is.
public final class PolicyDaemon {
    /// How a policy is to be applied; programs are read for it, and compiled.
    public typealias Options = (PolicyRevision) throws -> Reconciler.ApplyOptions

    private let paths: [String]
    private let interval: Duration
    private let refusesWarnings: Bool
    private let reconciler: Reconciler
    private let options: Options
    private let tell: (DaemonReport) -> Void

    private var places: Places
    /// The files when they were last read; empty: they have to be read.
    private var marks: [String: FileMark] = [:]
    /// What they said when they were last without errors.
    private var kept: Kept?
    /// Whether they say something else now, with errors.
    private var isRefused = false
    /// Whether somebody asked for what is kept: by starting, by a signal, by writing another text.
    private var isWished = true
    /// The digest of what was in force when all was as it should be.
    private var settled: String?
    /// What was told last of that is not as it should be.
    private var trouble: DaemonReport?
    /// The warnings that still hold.
    private var warnings: Set<String> = []

    /// A policy as its files had it, and how to apply it.
    private struct Kept {
        let revision: PolicyRevision
        let options: Reconciler.ApplyOptions
        var name: String { revision.policy.name.text }
    }

    /// A daemon; nothing is done yet.
    ///
    /// - Parameters:
    ///   - paths: Policy files or folders of them; together they form one policy.
    ///   - interval: How often to look although nothing was told.
    ///   - refusesWarnings: Whether warnings about the files are errors.
    ///   - reconciler: What applies.
    ///   - options: How, given a policy.
    ///   - tell: Told what happens; once of what lasts.
    public init(
        _ paths: [String], interval: Duration, refusesWarnings: Bool, reconciler: Reconciler,
        options: @escaping Options, tell: @escaping (DaemonReport) -> Void
    ) {
        self.paths = paths
        self.interval = interval
        self.refusesWarnings = refusesWarnings
        self.reconciler = reconciler
        self.options = options
        self.tell = tell
        places = Places(nil, paths)
    }

    /// Keeps the policy until SIGTERM or SIGINT; SIGHUP has it applied anew.
    ///
    /// - Throws: What is wrong from the beginning and does not come right by waiting: files that have errors
    ///   or cannot be read, a kernel or privileges that do not allow it.
    public func run() throws {
        let watches = try Watches()
        var schedule = Schedule(interval: interval, now: .now)
        var began = ContinuousClock.now
        let isEarly = try !begin(watches)
        schedule.looked(from: began, to: .now, failed: isEarly)
        ServiceNotification.send(.ready)
        while true {
            let told = watches.wait(until: schedule.next)
            if told.wishes.contains(.end) { break }
            for hint in told.hints { schedule.note(hint, at: .now) }
            let reloads = told.wishes.contains(.reload)
            if reloads {
                ServiceNotification.send(.reloading)
                wish()
            }
            guard reloads || schedule.next <= .now else { continue }
            began = .now
            let failed = !attempt(watches)
            schedule.looked(from: began, to: .now, failed: failed)
            if reloads { ServiceNotification.send(.ready) }
        }
        ServiceNotification.send(.stopping)
    }

    /// The first look.
    ///
    /// - Returns: Whether it could be finished, or was only too early.
    private func begin(_ watches: Watches) throws -> Bool {
        do {
            try look(watches)
        } catch let error as DatapathError where kept != nil && error.code == .failed {
            watches.forgetPlaces()
            report(.failed, "\(error)")
            return false
        }
        if kept == nil { throw DaemonRefusal() }
        return true
    }

    /// A further look, and a second one before the first is called a failure: what vanished while it was
    /// attached is no longer there to be attached.
    ///
    /// - Returns: Whether it could be finished.
    private func attempt(_ watches: Watches) -> Bool {
        for isLast in [false, true] {
            do {
                try look(watches)
                return true
            } catch {
                watches.forgetPlaces()
                if isLast { report(.failed, "\(error)") }
            }
        }
        return false
    }

    /// Somebody wants the files to be read, and applied whatever is in force.
    private func wish() {
        isWished = true
        marks = [:]
        // Whoever asks gets an answer.
        settled = nil
        trouble = nil
        warnings = []
    }

    /// Compares what is in force with what the files say, and applies that if it differs.
    private func look(_ watches: Watches) throws {
        // What happens from now on has to be told, in what the files name, too, before that is looked at.
        _ = watches.follow(places)
        try readIfChanged()
        var warnings = watches.follow(places).map {
            "\($0); what happens there is seen at the next look only"
        }
        guard let kept else { return }
        var dry = kept.options
        dry.dryRun = true
        let plan = try reconciler.apply(kept.revision, dry).plan
        warnings += plan.warnings
        for warning in warnings where !self.warnings.contains(warning) { report(.warning, warning) }
        self.warnings = Set(warnings)
        guard !plan.steps.isEmpty else { return settle([]) }
        if let other = try another(than: kept) {
            return report(
                .standingBack,
                "another command has put policy '\(kept.name)' \(other.prefix(8)) in force, which stays "
                    + "until the policy's text changes, SIGHUP comes, or both are the same")
        }
        settle(try reconciler.apply(kept.revision, kept.options).plan.steps.map(\.description))
    }

    /// What is in force is what the files say.
    private func settle(_ steps: [String]) {
        let isNews = settled != kept?.revision.digest || trouble != nil && !isRefused
        settled = kept?.revision.digest
        isWished = false
        if !isRefused { trouble = nil }
        if !steps.isEmpty { report(.applied, steps: steps) } else if isNews { report(.inForce) }
    }

    /// The digest of a policy of this name that another command has put in force; nil when there is none,
    /// and when somebody has asked for ours since.
    private func another(than kept: Kept) throws -> String? {
        guard !isWished else { return nil }
        let own = [settled, kept.revision.digest]
        return try Observation.now().attachments.compactMap(\.policy)
            .first { $0.policy == kept.name && !own.contains($0.digest) }?.digest
    }

    /// Reads the files, if they are not what they were.
    private func readIfChanged() throws {
        let now = places.marks
        guard now != marks || marks.isEmpty else { return }
        marks = now
        do {
            let files = try PolicyFiles(paths)
            let reading = files.read()
            let found = files.sources.map(\.path) + reading.setFiles
            let policy = reading.revision?.policy ?? kept?.revision.policy
            places = Places(policy, paths, found)
            // Those from before, for what has been written to meanwhile; of what is new to us those of now.
            let before = now.filter { places.files.contains($0.key) }
            marks = places.marks.merging(before) { _, before in before }
            try take(reading)
        } catch  where kept != nil {
            refuse("\(error)")
        }
    }

    private func take(_ reading: PolicyReading) throws {
        let said = reading.result.diagnostics.map(reading.result.rendered)
            .joined(separator: "\n")
        guard let revision = reading.revision, said.isEmpty || !refusesWarnings else {
            return refuse(said)
        }
        let options = try options(revision)
        if kept?.revision.text != revision.text { isWished = true }
        kept = Kept(revision: revision, options: options)
        isRefused = false
        if !said.isEmpty { report(.warning, said) }
    }

    private func refuse(_ message: String) {
        isRefused = true
        report(.refused, message)
    }

    /// Tells it, unless that is so still.
    private func report(
        _ event: DaemonReport.Event, _ message: String? = nil, steps: [String] = []
    ) {
        let report = DaemonReport(
            event: event, policy: kept?.name, digest: kept?.revision.digest, steps: steps,
            message: message)
        if event.isTrouble {
            guard report != trouble else { return }
            trouble = report
        }
        tell(report)
        let name = report.policy.map { "\($0) \(report.digest?.prefix(8) ?? ""): " } ?? ""
        ServiceNotification.send(.status(name + (message ?? event.rawValue)))
    }
}

extension DaemonReport.Event {
    /// Whether it lasts until something is done about it.
    fileprivate var isTrouble: Bool {
        switch self {
        case .refused, .standingBack, .failed: true
        case .applied, .inForce, .warning: false
        }
    }
}

/// The files have errors from the beginning; those have been told.
public struct DaemonRefusal: Error, CustomStringConvertible {
    /// What became of the policy.
    public var description: String { "the policy is refused" }
}
