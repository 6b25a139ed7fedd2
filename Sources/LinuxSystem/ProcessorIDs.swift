internal import SystemPackage

/// The numbers of the processors that the kernel may ever run on.
public enum ProcessorIDs {
    private static let path = "/sys/devices/system/cpu/possible"

    /// One more than the highest number. Numbers may have gaps, so this can exceed how many
    /// processors are possible; what is indexed by `bpf_get_smp_processor_id` needs this many.
    ///
    /// - Throws: ``SystemError`` when sysfs is not mounted.
    public static func limit() throws(SystemError) -> Int {
        let text = try ProcFile.read(path)
        guard let limit = limit(of: text) else {
            throw SystemError(
                attempt: "read", subject: path, errno: .invalidArgument,
                reason: "it holds '\(text)', no list of processors")
        }
        return limit
    }

    /// The processors that are online now.
    ///
    /// - Throws: ``SystemError`` when sysfs is not mounted.
    public static func online() throws(SystemError) -> [Int] {
        numbers(in: try ProcFile.read("/sys/devices/system/cpu/online"))
    }

    /// Reads a list such as `0-3,8-11`.
    static func numbers(in list: String) -> [Int] {
        list.split { $0 == "," || $0 == "\n" }.flatMap { range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 else {
                return [Int]()
            }
            return Array(first...last)
        }
    }

    /// Reads a list such as `0-3,8-11`.
    static func limit(of list: String) -> Int? {
        let last = list.split { $0 == "-" || $0 == "," || $0 == "\n" }.last
        return last.flatMap { Int($0) }.map { $0 + 1 }
    }
}
