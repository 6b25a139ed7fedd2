import Foundation

/// Notices SIGINT, SIGTERM and SIGHUP, so that the terminal is given back in order. A second one of them
/// ends the process as usual.
enum ScreenEnd {
    // Written by the handler alone; a signal handler may do nothing else.
    nonisolated(unsafe) private static var hasCome = false

    /// From now on those signals no longer end the process.
    static func await() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                ScreenEnd.hasCome = true
                signal(number, SIG_DFL)
            }
        }
    }

    /// Whether one has come.
    static var isWished: Bool { hasCome }
}
