internal import Glibc

/// A variable of the environment, looked for in the processes that led to this one, too: sudo hands none
/// of a session's on.
public enum InheritedVariable {
    /// The value of the first of some variables that this process has, or else its nearest ancestor.
    ///
    /// - Parameter names: The variables, the best one first.
    /// - Returns: The value; nil when no process has any, or their environments may not be read.
    public static func value(of names: [String]) -> String? {
        for name in names {
            if let value = getenv(name) { return String(cString: value) }
        }
        var found: String?
        _ = MountNamespace.nearestAncestor(of: getpid(), parent: { ProcessStatus(pid: $0)?.parent })
        {
            let environment = (try? ProcFile.read("/proc/\($0)/environ")) ?? ""
            found = value(of: names, in: environment)
            return found != nil
        }
        return found
    }

    /// Reads what `/proc/PID/environ` shows.
    static func value(of names: [String], in environment: String) -> String? {
        let variables = environment.split(separator: "\0")
        for name in names {
            if let line = variables.first(where: { $0.hasPrefix("\(name)=") }) {
                return String(line.dropFirst(name.count + 1))
            }
        }
        return nil
    }
}
