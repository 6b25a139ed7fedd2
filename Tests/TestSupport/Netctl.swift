internal import Glibc

/// The netctl binary of this build.
public enum Netctl {
    /// Whether ``besideTests`` ends where NETCTL_FAILPOINT says.
    public static let hasFailpoints: Bool = {
        #if DEBUG
            true
        #else
            false
        #endif
    }()

    /// Its path: what NETCTL names, else what lies beside the test bundle.
    public static let path: String = {
        getenv("NETCTL").map { String(cString: $0) } ?? besideTests
    }()

    /// The one that lies beside the test bundle: a debug build, which has failpoints.
    public static let besideTests: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let own = String(decoding: buffer.prefix(count).map(UInt8.init), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/netctl"
    }()
}

/// Runs netctl and waits for it.
///
/// - Parameters:
///   - arguments: Its arguments.
///   - environment: Variables added to, or in place of, this process's.
///   - limit: How long it may take.
/// - Returns: Its status, whatever that is, and what it printed.
/// - Throws: ``CommandError`` if it cannot be started or takes too long.
public func netctl(
    _ arguments: String..., environment: [String: String] = [:], limit: Duration = .seconds(120)
) throws(CommandError) -> CommandResult {
    try run([Netctl.path] + arguments, environment: environment, limit: limit)
}
