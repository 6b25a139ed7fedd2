import ArgumentParser
import Policy

/// A hook as it is typed: a cgroup's hooks may go without their prefix where a cgroup is named.
struct HookWord: ExpressibleByArgument {
    private let text: String

    init?(argument: String) {
        let words = Hook.allCases.map(\.rawValue) + ["ingress", "egress", "device"]
        guard words.contains(argument) else { return nil }
        text = argument
    }

    static var allValueStrings: [String] { Hook.allCases.map(\.rawValue) }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

    /// The hook that is meant where any will do.
    var hook: Hook {
        let full = Hook.allCases.map(\.rawValue).contains(text) ? text : "cgroup-\(text)"
        guard let hook = Hook(rawValue: full) else {
            preconditionFailure("'\(text)' was checked when it was made")
        }
        return hook
    }

    /// The hook that is meant.
    ///
    /// - Throws: `ValidationError` when the place has no such hook.
    func hook(onCgroup: Bool) throws -> Hook {
        let place: Hook.Place = onCgroup ? .cgroup : .interface
        let known = Hook.allCases.filter { $0.place == place }
        let full = onCgroup && !text.hasPrefix("cgroup-") ? "cgroup-\(text)" : text
        if let hook = known.first(where: { $0.rawValue == full }) { return hook }
        let words = known.map { onCgroup ? $0.attachKey : $0.rawValue }
        throw ValidationError(
            "\(onCgroup ? "a cgroup" : "an interface") has no hook '\(text)'; it has "
                + words.joined(separator: ", ") + (onCgroup ? "." : "; name a cgroup by --cgroup."))
    }
}

extension Hook {
    /// All of them, for help texts.
    static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
