import Foundation

/// The text of `bpf/include/netctl/abi.h`.
enum Header {
    private static func lines() throws -> [Substring] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appending(path: "bpf/include/netctl/abi.h"), encoding: .utf8)
        return text.split(separator: "\n")
    }

    /// The names of all structs.
    static func structs() throws -> [String] {
        try lines().compactMap { line in
            guard line.hasPrefix("struct netctl_"), line.hasSuffix("{") else { return nil }
            return line.split(separator: " ").dropFirst().first.map(String.init)
        }
    }

    /// The enumerators that begin with `prefix`, in order, as reports would write the rest:
    /// `NETCTL_REASON_EXT_HEADERS` is `ext-headers`.
    static func enumerators(_ prefix: String) throws -> [String] {
        try lines().compactMap { line in
            guard line.hasPrefix("\t" + prefix) else { return nil }
            let name = line.dropFirst(1 + prefix.count).prefix { $0.isLetter || $0 == "_" }
            return name.lowercased().replacing("_", with: "-")
        }
    }
}
