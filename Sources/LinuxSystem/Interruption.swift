internal import Glibc

/// Signals as a wish to end that is asked for, so that what has begun is ended in order.
public enum Interruption {
    // Written by the handler alone; a signal handler may do nothing else.
    nonisolated(unsafe) private static var wished = false

    /// From now on SIGINT and SIGTERM no longer end the process. A second one does, in case that the end
    /// in order does not come.
    ///
    /// - Parameter hangUp: Whether SIGHUP is such a wish, too: of who shows something on a terminal.
    public static func await(hangUp: Bool = false) {
        for number in [SIGINT, SIGTERM] + (hangUp ? [SIGHUP] : []) {
            signal(number) { number in
                Interruption.wished = true
                signal(number, SIG_DFL)
            }
        }
    }

    /// Whether one has come.
    public static var isWished: Bool { wished }
}
