internal import LinuxSystem

/// A function of the kernel.
struct KernelFunction: Hashable {
    let name: String
    /// The module that it is in; `nil` for the kernel itself.
    let module: String?
}

/// Which functions of the kernel can be traced.
enum KernelFunctions {
    /// Those that ftrace knows, which is also where fentry goes: `available_filter_functions`.
    ///
    /// - Returns: The functions; `nil` if the kernel does not tell.
    static func traceable(_ files: borrowing TraceFileSystem) -> [KernelFunction]? {
        guard let text = try? files.text("available_filter_functions"), !text.isEmpty else {
            return nil
        }
        // `tcp_connect`, `nf_hook_slow [nf_tables]`
        return lines(text).map { words in
            KernelFunction(name: words[0], module: module(words.dropFirst().first))
        }
    }

    /// Every function of the kernel by its symbol: `/proc/kallsyms`.
    static func symbols() throws -> [KernelFunction] {
        // `ffffffff81000000 T tcp_connect`, with `[module]` behind it
        lines(try ProcFile.read("/proc/kallsyms")).compactMap { words in
            guard words.count >= 3, ["t", "T", "w", "W"].contains(words[1]) else { return nil }
            return KernelFunction(name: words[2], module: module(words.dropFirst(3).first))
        }
    }

    /// The functions that kprobes must not be put on; none where debugfs cannot be had.
    static func forbidden() -> Set<String> {
        guard let files = try? TraceFileSystem.debug(),
            let text = try? files.text("kprobes/blacklist")
        else { return [] }
        // `0xffffffff81000000-0xffffffff81000010 name`
        return Set(lines(text).compactMap { $0.count >= 2 ? $0[1] : nil })
    }

    private static func module(_ word: String?) -> String? {
        word.map { $0.trimmingPrefix("[") }.map { String($0.last == "]" ? $0.dropLast() : $0) }
    }

    /// The words of each line that has any.
    private static func lines(_ text: String) -> [[String]] {
        text.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            return words.isEmpty ? nil : words.map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
