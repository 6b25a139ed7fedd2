internal import LinuxSystem

/// An event as it is printed: a line of text, and a JSON document.
public struct TraceReport: Sendable {
    /// One line, without what a terminal would obey.
    public let text: String
    /// One document.
    public let document: TraceDocument
}

extension TraceReport {
    /// What is printed of a process that belongs to `place`, if that is known, `depth` steps indented;
    /// at its end, with how many nanoseconds its program ran.
    init(
        _ event: TracedProcess, in place: CgroupPlace?, depth: Int, ran: UInt64?,
        _ clock: EventClock
    ) {
        let name = String(repeating: "  ", count: depth) + event.process.text
        var words: [String]
        switch event.change {
        case .exec(let file, let arguments):
            words = ["exec", name, "parent \(event.parent) uid \(event.process.uid)"]
            words += place.map { [$0.words] } ?? []
            words.append(arguments.map(Self.commandLine) ?? printable(file))
        case .fork:
            words = ["fork", name, "parent \(event.parent)"]
        case .exit(let cause):
            words = ["exit", name, "\(cause)"]
            if let ran { words.append("after \(DurationWords.text(ran))") }
        }
        text = ([clock.timeOfDay(event.time)] + words).joined(separator: " ")
        document = TraceDocument(
            .process(event), time: clock.timestamp(event.time), place: place, reason: nil, ran: ran)
    }

    init(
        _ event: TracedSocket, in place: CgroupPlace?, _ reasons: ResetReasons, _ clock: EventClock
    ) {
        var reason: String?
        let words: [String]
        let outward = "\(event.local.text) > \(event.remote.text)"
        let inward = "\(event.local.text) < \(event.remote.text)"
        switch event.change {
        case .connect(let outcome, let nanoseconds):
            words = ["connect", outward, "\(outcome) after \(DurationWords.text(nanoseconds))"]
        case .accept:
            words = ["accept", inward]
        case .state(let change):
            words = ["state", outward, "\(change)"]
        case .retransmit(let state):
            words = ["retransmit", outward, state?.word ?? "-"]
        case .resetSent(let state, let number):
            reason = reasons.name(number)
            words = ["rst sent", outward, state?.word ?? "no socket"] + (reason.map { [$0] } ?? [])
        case .resetReceived(let state):
            words = ["rst received", inward, state?.word ?? "-"]
        }
        let owner = event.owner.map { owner in
            "by \(owner.process.text) uid \(owner.process.uid)"
                + (place.map { " \($0.words)" } ?? "")
                + " [\(owner.how.rawValue), \(owner.origin.rawValue)]"
        }
        text = ([clock.timeOfDay(event.time)] + words + [owner ?? "by nobody known"])
            .joined(separator: " ")
        document = TraceDocument(
            .socket(event), time: clock.timestamp(event.time), place: place, reason: reason,
            ran: nil)
    }

    /// The arguments as a shell would read them, on one line.
    private static func commandLine(_ arguments: ProgramArguments) -> String {
        let words = arguments.words.map { word in
            let isPlain =
                !word.isEmpty
                && word.unicodeScalars.allSatisfy { scalar in
                    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "-_./:=@%+,".unicodeScalars.contains(scalar)
                }
            return isPlain ? word : "'\(printable(word).replacing("'", with: "'\\''"))'"
        }
        return words.joined(separator: " ")
            + (arguments.missingBytes > 0 ? " … (\(arguments.missingBytes) bytes more)" : "")
    }
}

extension ExitCause: CustomStringConvertible {
    /// `code 1`, `signal 9`
    public var description: String {
        switch self {
        case .code(let code): "code \(code)"
        case .signal(let signal, let dumped): "signal \(signal)\(dumped ? " (core dumped)" : "")"
        }
    }
}

extension ConnectOutcome: CustomStringConvertible {
    /// `established`, `failed (ECONNREFUSED)`, `abandoned`
    public var description: String {
        switch self {
        case .established: "established"
        case .failed(let errno): "failed (\(errno.symbol))"
        case .abandoned: "abandoned"
        }
    }
}

extension StateChange: CustomStringConvertible {
    /// `syn-sent > established after 0.3 ms`
    public var description: String {
        var text = "\(old?.word ?? "-") > \(new?.word ?? "-")"
        if let duration { text += " after \(DurationWords.text(duration))" }
        if let end {
            if let lifetime = end.lifetime { text += " lived \(DurationWords.text(lifetime))" }
            text += " sent \(end.bytesSent) received \(end.bytesReceived)"
        }
        return text
    }
}

/// Durations as people read them.
enum DurationWords {
    /// `12 us`, `3.4 ms`, `5.678 s`
    static func text(_ nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000_000: "\(nanoseconds / 1000) us"
        case ..<1_000_000_000: "\(decimal(nanoseconds / 100_000, digits: 1)) ms"
        default: "\(decimal(nanoseconds / 1_000_000, digits: 3)) s"
        }
    }

    /// A number with its last digits behind a point.
    private static func decimal(_ number: UInt64, digits: Int) -> String {
        let text = String(number)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}

extension CgroupPlace {
    /// `unit nginx.service`, `container 0123456789ab`, else the path.
    fileprivate var words: String {
        if let container { return "container \(printable(String(container.prefix(12))))" }
        if let unit { return "unit \(printable(unit))" }
        return "cgroup \(printable(path))"
    }
}
