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

    private let interval: Duration
    private let reconciler: Reconciler
    private let tell: (DaemonReport) -> Void

    private var files: WatchedFiles
    /// Whether somebody asked for what is kept: by starting, by a signal, by writing another text.
    private var isWished = true
    /// Whether nothing was looked at yet: then what is wrong is wrong from the beginning.
    private var isFirst = true
    /// Whether a look has left something to the next one.
    private var isBehind = false
    /// What was in force when all was as it should be; nil: an answer is owed.
    private var settled: Settled?
    /// What was told last of each kind that is not as it should be.
    private var troubles: [DaemonReport.Event: DaemonReport] = [:]
    /// The warnings that still hold.
    private var warnings: Set<String> = []

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
        self.interval = interval
        self.reconciler = reconciler
        self.tell = tell
        files = WatchedFiles(paths, refusesWarnings: refusesWarnings, options: options)
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
            if files.haveChanged { schedule.note(.files, at: .now) }
            if isBehind { schedule.note(.places, at: .now) }
            isBehind = false
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
        defer { isFirst = false }
        do {
            try look(watches)
        } catch let error as DatapathError where files.kept != nil && error.code == .failed {
            isFirst = false
            return attempt(watches)
        }
        if files.kept == nil { throw DaemonRefusal() }
        return true
    }

    /// A further look, and a second one before the first is called a failure: what vanished while it was
    /// attached is no longer there to be attached.
    ///
    /// - Returns: Whether it could be finished.
    private func attempt(_ watches: Watches) -> Bool {
        var failure: any Error
        do {
            try look(watches)
            return true
        } catch {
            failure = error
        }
        do {
            watches.forgetPlaces()
            try look(watches)
            return true
        } catch {
            failure = error
        }
        // Where no plan can be made for all, there may be one for each.
        do {
            if let kept = files.kept, try another(than: kept) == nil, try !replaces(kept) {
                try attachOneByOne(
                    kept, among: watches.interfaces.filter(kept.revision.policy.names),
                    because: failure)
                return true
            }
        } catch {
            failure = error
        }
        watches.forgetPlaces()
        report(.failed, "\(failure)")
        return false
    }

    /// Somebody wants the files to be read, and applied whatever is in force.
    private func wish() {
        files.forget()
        isWished = true
        settled = nil
        troubles = [:]
        warnings = []
    }

    /// Compares what is in force with what the files say, and applies that if it differs.
    private func look(_ watches: Watches) throws {
        // What happens from now on has to be told, in what the files name, too, before that is looked at.
        _ = watches.follow(files.places)
        try readIfChanged()
        var warnings = watches.follow(files.places).map {
            "\($0); what happens there is seen at the next look only"
        }
        guard let kept = files.kept else { return }
        let plan = try plan(kept)
        warnings += plan.warnings
        for warning in warnings where !self.warnings.contains(warning) { report(.warning, warning) }
        self.warnings = Set(warnings)
        guard !plan.steps.isEmpty else { return try settle(kept, []) }
        if let other = try another(than: kept) {
            return report(
                .standingBack,
                "another command has put \(other) in force, which stays until the policy's text "
                    + "changes, SIGHUP comes, or both are the same")
        }
        do {
            let outcome = try reconciler.apply(kept.revision, options(for: kept))
            try settle(kept, outcome.plan.steps)
        } catch  where plan.replacesNothing && !isFirst {
            try attachOneByOne(kept, among: plan.interfaces, because: error)
        }
    }

    private func readIfChanged() throws {
        let before = files.kept?.revision.text
        switch try files.readIfChanged() {
        case .asBefore: return
        case .refused(let message): report(.refused, message)
        case .read(let warning):
            if files.kept?.revision.text != before { isWished = true }
            if let warning { report(.warning, warning) }
        }
    }

    private func options(
        for kept: KeptPolicy, only interface: String? = nil
    ) -> Reconciler.ApplyOptions {
        var options = kept.options
        options.waitsForMissing = true
        // Taken over once, as asked; who then takes it over from us has been asked, too.
        options.takeOver = options.takeOver && isWished
        options.interfaces = interface.map { [$0] } ?? []
        // Under the lock, behind a command that was waited for.
        options.expected = isWished ? nil : settled.map { [$0.digest, kept.revision.digest] }
        return options
    }

    private func plan(_ kept: KeptPolicy) throws -> Plan {
        var options = options(for: kept)
        options.dryRun = true
        options.expected = nil
        return try reconciler.apply(kept.revision, options).plan
    }

    /// Attaches where that can be done, an interface at a time: one that comes and goes, or on which
    /// somebody else's program is, does not keep the others without a policy. Nothing is replaced that way: that
    /// is all or nothing.
    ///
    /// - Parameters:
    ///   - kept: The policy.
    ///   - interfaces: The names of those that there are to be attached to.
    ///   - refusal: Why not all at once.
    /// - Throws: Why the first of them that is still there could not be attached to, or what else there is to be
    ///   done could not be done.
    private func attachOneByOne(
        _ kept: KeptPolicy, among interfaces: Set<String>, because refusal: any Error
    ) throws {
        var failures: [String: any Error] = [:]
        for interface in interfaces.sorted() {
            do {
                let options = options(for: kept, only: interface)
                let steps = try reconciler.apply(kept.revision, options).plan.steps
                if !steps.isEmpty { report(.applied, steps: steps.map(\.description)) }
            } catch {
                failures[interface] = error
            }
        }
        // What was asked for is done, as far as it can be: from now on others are asked, too.
        settled = try settlement(kept)
        isWished = false
        let left = try plan(kept)
        guard !left.steps.isEmpty else { return try settle(kept, []) }
        guard left.isOnly(for: left.interfaces.subtracting(interfaces)) else {
            throw left.interfaces.sorted().compactMap { failures[$0] }.first ?? refusal
        }
        // Those have come meanwhile.
        isBehind = true
    }

    /// Whether a policy of this name is in force that is not this one.
    private func replaces(_ kept: KeptPolicy) throws -> Bool {
        try Observation.now().attachments.compactMap(\.policy)
            .contains { $0.policy == kept.name && $0.digest != kept.revision.digest }
    }

    /// What is in force is what the files say.
    private func settle(_ kept: KeptPolicy, _ steps: [Plan.Step]) throws {
        let now = try settlement(kept)
        let lasting = troubles.filter { $0.key == .refused && files.isRefused }
        let isNews = settled?.digest != now.digest || lasting.count < troubles.count
        settled = now
        isWished = false
        troubles = lasting
        if !steps.isEmpty {
            report(.applied, steps: steps.map(\.description))
        } else if isNews {
            report(.inForce)
        }
    }

    private func settlement(_ kept: KeptPolicy) throws -> Settled {
        Settled(
            digest: kept.revision.digest,
            programs: try kept.revision.policy.bringsPrograms ? programs(of: kept) : [:])
    }

    /// What another command has put in force under this policy's name, in words; nil when there is nothing
    /// of the kind, and when somebody has asked for ours since.
    private func another(than kept: KeptPolicy) throws -> String? {
        guard !isWished, let settled else { return nil }
        let own = [settled.digest, kept.revision.digest]
        let policies = try Observation.now().attachments.compactMap(\.policy)
        if let other = policies.first(where: {
            $0.policy == kept.name && !own.contains($0.digest)
        }) {
            return "policy '\(kept.name)' \(other.digest.prefix(8))"
        }
        guard kept.revision.policy.bringsPrograms else { return nil }
        let other = try programs(of: kept).first { place, digest in
            settled.programs[place].map { $0 != digest } ?? false
        }
        return other.map { "\($0.key) \($0.value.prefix(8)) of policy '\(kept.name)'" }
    }

    /// The users' programs that this policy has attached: their digests, by where they are.
    private func programs(of kept: KeptPolicy) throws -> [String: String] {
        let own = try Observation.now().programs.filter { $0.record.owner == kept.name }
        return Dictionary(own.map { ($0.hookName, $0.record.digest) }) { first, _ in first }
    }

    /// Tells it, unless that is so still.
    private func report(
        _ event: DaemonReport.Event, _ message: String? = nil, steps: [String] = []
    ) {
        let kept = files.kept
        let report = DaemonReport(
            event: event, policy: kept?.name, digest: kept?.revision.digest, steps: steps,
            message: message)
        if event.isTrouble {
            guard report != troubles[event] else { return }
            troubles[event] = report
        }
        tell(report)
        let name = report.policy.map { "\($0) \(report.digest?.prefix(8) ?? ""): " } ?? ""
        ServiceNotification.send(.status(name + (message ?? event.rawValue)))
    }
}

/// What was in force when all was as it should be.
private struct Settled {
    /// The policy's digest.
    let digest: String
    /// The digests of the programs that it brought, by where they are.
    let programs: [String: String]
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

extension Policy {
    /// Whether `attach:` names an interface, by its name or by a pattern.
    fileprivate func names(_ interface: String) -> Bool {
        (attach ?? []).contains { entry in
            guard case .interfaces(let patterns) = entry.subject else { return false }
            return patterns.contains { $0.matches(interface) }
        }
    }

    fileprivate var bringsPrograms: Bool { (attach ?? []).contains { $0.program != nil } }
}

extension Plan {
    /// Whether what is in force stays in force: something comes, or what is gone goes.
    fileprivate var replacesNothing: Bool {
        steps.allSatisfy { step in
            switch step {
            case .attach, .attachProgram, .detach, .detachProgram: true
            case .replace, .clear, .replaceProgram: false
            }
        }
    }

    /// Whether there is nothing to be done but to attach to these interfaces.
    fileprivate func isOnly(for interfaces: Set<String>) -> Bool {
        steps.allSatisfy { step in
            switch step {
            case .attach(let target, _): target.location.interface.map(interfaces.contains) == true
            case .attachProgram(let want): want.interface.map(interfaces.contains) == true
            case .replace, .clear, .detach, .replaceProgram, .detachProgram: false
            }
        }
    }

    /// The names of the interfaces that are to be attached to.
    fileprivate var interfaces: Set<String> {
        Set(
            steps.compactMap { step in
                switch step {
                case .attach(let target, _): target.location.interface
                case .attachProgram(let want): want.interface
                case .replace, .clear, .detach, .replaceProgram, .detachProgram: nil
                }
            })
    }
}

/// The files have errors from the beginning; those have been told.
public struct DaemonRefusal: Error, CustomStringConvertible {
    /// What became of the policy.
    public var description: String { "the policy is refused" }
}
