public import Datapath
internal import Policy

/// A program that is not the datapath's, on a hook of which `netctl stats` tells.
public enum CountedProgram: Sendable {
    /// A user's, which netctl attached.
    case user(ProgramAttachment)
    /// One of others.
    case foreign(ForeignProgram)

    /// Its id.
    var id: UInt32 {
        switch self {
        case .user(let found): found.programID
        case .foreign(let found): found.programID
        }
    }

    /// Its name in C, if it may be read.
    var name: String? {
        switch self {
        case .user(let found): found.record.name
        case .foreign(let found): found.name
        }
    }

    /// Netctl's word for the hook, where there is one.
    var hook: Hook? {
        switch self {
        case .user(let found): found.hook
        case .foreign(let found): found.hook
        }
    }

    /// The policy that asks for it.
    var policy: String? {
        if case .user(let found) = self { found.record.owner } else { nil }
    }

    /// Where it is, as documents say it.
    var place: ProgramPlace {
        switch self {
        case .user(let found): ProgramPlace(found)
        case .foreign(let found):
            ProgramPlace(found.location, socket: nil, hook: found.hook.rawValue)
        }
    }

    /// Whether it is one of others.
    var isForeign: Bool {
        if case .foreign = self { true } else { false }
    }
}
