/// A line on the terminal that says how far something is, once that has taken a second.
final class ProgressLine {
    private let now: () -> ContinuousClock.Instant
    private let write: (String) -> Void
    /// When the line may be written, or written anew.
    private var next: ContinuousClock.Instant
    private var isShown = false

    /// A line of a clock and a terminal.
    init(now: @escaping () -> ContinuousClock.Instant, write: @escaping (String) -> Void) {
        self.now = now
        self.write = write
        next = now() + .seconds(1)
    }

    /// A line on standard error; nil when nobody reads it, or wants to.
    convenience init?(quiet: Bool) {
        guard Terminal.showsMessages, !quiet else { return nil }
        self.init(now: { .now }, write: Terminal.progress)
    }

    /// Says how far it is.
    func show(_ text: @autoclosure () -> String) {
        let time = now()
        guard time >= next else { return }
        next = time + .milliseconds(100)
        isShown = true
        write("\r\(text())\u{1B}[K")
    }

    /// Takes the line away.
    func clear() {
        if isShown { write("\r\u{1B}[K") }
        isShown = false
    }
}
