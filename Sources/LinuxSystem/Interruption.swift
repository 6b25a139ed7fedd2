internal import Glibc

/// SIGINT and SIGTERM as a wish to end that is asked for, so that what has begun is ended in order.
public enum Interruption {
    // Written by the handler alone; a signal handler may do nothing else.
    nonisolated(unsafe) private static var wished = false

    /// From now on those signals no longer end the process. A second one does, in case that the end in
    /// order does not come.
    public static func await() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.wished = true
                signal(number, SIG_DFL)
            }
        }
    }

    /// Whether one has come.
    public static var isWished: Bool { wished }
}
