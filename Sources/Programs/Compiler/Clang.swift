internal import Foundation
internal import LinuxSystem

/// A clang that can be run.
public struct Clang: Sendable {
    /// The variable that names another clang than the one in PATH.
    public static let variable = "BPF_CLANG"

    /// Where it is.
    public let path: String

    /// Finds clang: what `BPF_CLANG` names, else `clang` in PATH, else the newest `clang-N` there.
    ///
    /// - Throws: ``ProgramsError`` with `.unsupported` that says how to get one.
    public init() throws(ProgramsError) {
        try self.init(environment: ProcessInfo.processInfo.environment)
    }

    init(environment: [String: String]) throws(ProgramsError) {
        if let named = environment[Self.variable], !named.isEmpty {
            guard let found = Self.find(named, in: environment["PATH"]) else {
                throw ProgramsError(
                    "find clang", named, "\(Self.variable) names it, and it cannot be run",
                    hint: "unset \(Self.variable), or name a clang", code: .unsupported)
            }
            path = found
            return
        }
        // The newest first; before 11 clang knows too little of BPF (CO-RE relocations).
        let names = ["clang"] + (11...40).reversed().map { "clang-\($0)" }
        for name in names {
            guard let found = Self.find(name, in: environment["PATH"]) else { continue }
            path = found
            return
        }
        throw ProgramsError(
            "find clang", "PATH", "there is no clang, which compiles BPF programs",
            hint: "install it (apt install clang), or name one in \(Self.variable)",
            code: .unsupported)
    }

    private static func find(_ name: String, in path: String?) -> String? {
        guard !name.contains("/") else { return isExecutable(name) ? name : nil }
        return (path ?? "").split(separator: ":").map { "\($0)/\(name)" }.first(where: isExecutable)
    }

    private static func isExecutable(_ path: String) -> Bool {
        (try? FileState(path: path).kind) == .regular
            && FileManager.default.isExecutableFile(atPath: path)
    }

    /// `clang version 19.1.7 …`, the first line of what it says of itself.
    public var version: String? {
        guard let said = try? Subprocess.run(path, ["--version"]) else { return nil }
        return said.stdout.split(separator: "\n").first.map(String.init)
    }

    /// Whether it was built with the BPF target: not every clang is.
    public var knowsBPF: Bool {
        guard let said = try? Subprocess.run(path, ["--print-targets"]) else { return false }
        return said.stdout.contains(/(?m)^\s*bpf\s/)
    }
}
