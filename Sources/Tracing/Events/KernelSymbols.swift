internal import Glibc
internal import LinuxSystem

/// Which function of the kernel an address is in, by /proc/kallsyms. Without CAP_SYSLOG, or under
/// kptr_restrict, addresses are hidden and nothing has a name.
struct KernelSymbols {
    private var addresses: [UInt64] = []
    private var names: [Substring] = []

    /// Where a function of the kernel's own code is, up to what comes next in `/proc/kallsyms`; nil if
    /// there is none, or addresses are hidden. Looks for the name alone, and reads no other line.
    static func code(of function: String, in text: String) -> Range<UInt64>? {
        let name = " \(function)\n"
        return text.withCString { start in
            guard let found = strstr(start, name) else { return nil }
            let bytes = UnsafeRawBufferPointer(start: start, count: strlen(start))
            let place = UnsafePointer(found) - start
            // An address, a type and a name: `ffffffff81e745f0 t neigh_invalidate`.
            let line = bytes[..<place].suffix(20).split(separator: UInt8(ascii: "\n")).last
            guard let first = line.flatMap(address), first > 0,
                let end = address(bytes[(place + name.utf8.count)...].prefix(20)), end > first
            else { return nil }
            return first..<end
        }
    }

    /// The first word of a line.
    private static func address(_ line: some Collection<UInt8>) -> UInt64? {
        let word = line.prefix { $0 != UInt8(ascii: " ") }
        return UInt64(String(decoding: word, as: UTF8.self), radix: 16)
    }

    init() { self.init(text: (try? ProcFile.read("/proc/kallsyms")) ?? "") }

    init(text: String) {
        var found: [(UInt64, Substring)] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard parts.count == 3, let type = parts[1].first,
                type == UInt8(ascii: "t") || type == UInt8(ascii: "T"),
                let address = UInt64(Substring(parts[0]), radix: 16), address != 0
            else { continue }
            // A module's follows behind a tab.
            let name = Substring(parts[2]).prefix { $0 != "\t" }
            found.append((address, name))
        }
        found.sort { $0.0 < $1.0 }
        addresses = found.map(\.0)
        names = found.map(\.1)
    }

    /// The function's name; nil if addresses are hidden.
    func name(at address: UInt64) -> String? {
        var low = 0
        var high = addresses.count
        while low < high {
            let middle = (low + high) / 2
            if addresses[middle] <= address { low = middle + 1 } else { high = middle }
        }
        // The last function has no end: what is far behind it is in none.
        guard low > 0, address - addresses[low - 1] < 1 << 20 else { return nil }
        return String(names[low - 1])
    }
}
