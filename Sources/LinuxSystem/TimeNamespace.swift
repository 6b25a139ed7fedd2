/// The time namespace of this process. In one of its own, the clock of time since boot is another for who
/// asks; programs in the kernel always have the kernel's.
public enum TimeNamespace {
    /// How far the boot clock of this process is ahead of the kernel's, in ns.
    public static let bootOffset =
        (try? ProcFile.read("/proc/self/timens_offsets")).map(bootOffset(in:)) ?? 0

    /// Reads `/proc/PID/timens_offsets`: `boottime  SECONDS  NANOSECONDS`, since Linux 5.6.
    static func bootOffset(in text: String) -> Int64 {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "boottime", let seconds = Int64(words[1]),
                let nanoseconds = Int64(words[2])
            else { continue }
            return seconds * 1_000_000_000 + nanoseconds
        }
        return 0
    }
}
