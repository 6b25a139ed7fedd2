internal import Foundation

/// A change that a command is about to make. Tests end the process in front of each, to see what the
/// next command makes of it.
///
/// A release build has none of it: ``reach()`` is empty there, and no variable is read. A debug build
/// kills itself where `NETCTL_FAILPOINT` says, `store-active` or `store-active:2` for the second time
/// that it comes by.
enum Failpoint: String, CaseIterable, Sendable {
    // What nothing calls yet.
    case makeFolder = "make-folder"
    case pinMaps = "pin-maps"
    case prepareAttach = "prepare-attach"
    case prepareReplace = "prepare-replace"
    case prepareClear = "prepare-clear"
    case prepareDetach = "prepare-detach"
    case prepareProgram = "prepare-program"
    case prepareProgramDetach = "prepare-program-detach"
    case makeProgramFolder = "make-program-folder"
    case pinProgramRecord = "pin-program-record"
    case pinProgramMaps = "pin-program-maps"
    case pinProgram = "pin-program"
    case tryOut = "try-out"
    case pinBody = "pin-body"
    case pinBodyRecord = "pin-body-record"
    case pinFront = "pin-front"
    case pinFrontRecord = "pin-front-record"

    // The journal.
    case writeStoring = "write-storing"
    case writePending = "write-pending"
    case writeConfirming = "write-confirming"
    case writeFinishing = "write-finishing"
    case writeUndoing = "write-undoing"
    case writeFinished = "write-finished"
    case keepJournal = "keep-journal"
    case dropJournal = "drop-journal"

    // What packets meet.
    case makeQdisc = "make-qdisc"
    case addFilter = "add-filter"
    case settleQdisc = "settle-qdisc"
    case settleFilter = "settle-filter"
    case writeAttachment = "write-attachment"
    case pinFilter = "pin-filter"
    case pinLink = "pin-link"
    case storePrevious = "store-previous"
    case storeCandidate = "store-candidate"
    case storeActive = "store-active"
    case putProgram = "put-program"
    case updateProgramLink = "update-program-link"
    case replaceFilter = "replace-filter"
    case pinProgramLink = "pin-program-link"
    case pinProgramDraft = "pin-program-draft"
    case settleProgram = "settle-program"
    case putProgramBack = "put-program-back"
    case leaveProgramHook = "leave-program-hook"
    case letGoOfProgram = "let-go-of-program"
    case readBack = "read-back"
    case storeConfirmed = "store-confirmed"
    case putBack = "put-back"
    case leaveHook = "leave-hook"
    case letGo = "let-go"

    // What is left of the old.
    case correct
    case forgetNew = "forget-new"
    case forgetEarlier = "forget-earlier"
    case removePins = "remove-pins"
    case removeProgramPins = "remove-program-pins"
    case retire
    case revive

    // The block list.
    case announceBlock = "announce-block"
    case insertBlock = "insert-block"
    case countBlock = "count-block"
    case renewBlock = "renew-block"
    case settleBlock = "settle-block"

    /// Told of each that is reached, in a debug build, by tests that count them.
    @TaskLocal static var observer: (@Sendable (Failpoint) -> Void)?

    /// Says that the change comes next.
    @inline(__always) func reach() {
        #if DEBUG
            if let observer = Self.observer { observer(self) }
            Self.end?.reached(self)
        #endif
    }
}

extension Plan.Step {
    /// The change that preparing it is. A step without one does not compile.
    var failpoint: Failpoint {
        switch self {
        case .attach: .prepareAttach
        case .replace: .prepareReplace
        case .clear: .prepareClear
        case .detach: .prepareDetach
        case .attachProgram, .replaceProgram: .prepareProgram
        case .detachProgram: .prepareProgramDetach
        }
    }
}

extension Journal.State {
    /// The change that writing it is. A state without one does not compile.
    var failpoint: Failpoint {
        switch self {
        case .storing: .writeStoring
        case .pending: .writePending
        case .confirming: .writeConfirming
        case .finishing: .writeFinishing
        case .undoing: .writeUndoing
        case .finished: .writeFinished
        }
    }
}

#if DEBUG
    extension Failpoint {
        /// Where this process ends, as the variable says.
        fileprivate static let end = ProcessInfo.processInfo.environment["NETCTL_FAILPOINT"]
            .map(ProcessEnd.init)
    }

    /// Ends the process in front of a change, as `kill -9` would.
    private final class ProcessEnd: @unchecked Sendable {
        private let failpoint: Failpoint
        // A command makes its changes on one thread at a time.
        private var remaining: Int

        init(_ text: String) {
            let parts = text.split(separator: ":")
            guard let name = parts.first, let failpoint = Failpoint(rawValue: String(name)),
                let remaining = parts.count > 1 ? Int(parts[1]) : 1
            else { fatalError("NETCTL_FAILPOINT: no failpoint '\(text)'") }
            self.failpoint = failpoint
            self.remaining = remaining
        }

        func reached(_ failpoint: Failpoint) {
            guard failpoint == self.failpoint else { return }
            remaining -= 1
            if remaining == 0 { kill(getpid(), SIGKILL) }
        }
    }
#endif
