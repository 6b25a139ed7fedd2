/// What TCP has counted in a network namespace: `/proc/net/netstat`.
public struct TCPStatistics: Sendable {
    private let counts: [String: UInt64]

    /// Those of the calling thread's namespace; nil if they cannot be read.
    public static var current: TCPStatistics? {
        (try? ProcFile.read("/proc/thread-self/net/netstat")).map(TCPStatistics.init(text:))
    }

    /// Reads the two lines `TcpExt: NAME…` and `TcpExt: NUMBER…`.
    init(text: String) {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("TcpExt:") }.map {
            $0.split(separator: " ").dropFirst()
        }
        guard lines.count == 2 else {
            counts = [:]
            return
        }
        counts = Dictionary(
            zip(lines[0], lines[1]).compactMap { name, number in
                UInt64(number).map { (String(name), $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// A count by its name, `ListenOverflows`.
    public subscript(name: String) -> UInt64? { counts[name] }
}
