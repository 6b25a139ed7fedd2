import Foundation

/// Notices SIGINT, SIGTERM and SIGHUP, so that a command can end in its own way. A second one of them
/// ends the process as usual.
final class Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    init() {
        interruptionHasCome = 0
        for number in Self.signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in interruptionHasCome = 1 }
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
            sigaction(number, &action, nil)
        }
    }

    /// Whether one has come.
    var hasCome: Bool { interruptionHasCome != 0 }
}

/// Written by the signal handler, which may touch nothing else.
nonisolated(unsafe) private var interruptionHasCome: sig_atomic_t = 0
