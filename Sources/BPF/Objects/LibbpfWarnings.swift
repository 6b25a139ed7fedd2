internal import CBPFShims
internal import Glibc

/// What libbpf says about a call, which is often more than its error number.
struct LibbpfWarnings {
    let text: String

    /// Runs a call and keeps what libbpf says meanwhile on this thread.
    static func during(_ call: () -> Int32) -> (result: Int32, warnings: LibbpfWarnings) {
        bpf_shim_log_begin()
        let result = call()
        let text = bpf_shim_log_end()
        defer { free(text) }
        return (result, LibbpfWarnings(text: text.map { String(cString: $0) } ?? ""))
    }

    /// The first warning, which is the nearest to the cause, without its `libbpf: `.
    var first: String? {
        text.split(separator: "\n").first.map { "libbpf says: \($0.trimmingPrefix("libbpf: "))" }
    }

    /// Whether the kernel's types were looked for in vain.
    var lackKernelTypes: Bool { text.contains("failed to find valid kernel BTF") }

    /// The program whose tracepoint or function the kernel's types do not have, and what that is called.
    var missingTarget: (program: String, target: String)? {
        text.firstMatch(of: /prog '([^']*)': failed to find kernel BTF type ID of '([^']*)'/)
            .map { (String($0.1), String($0.2)) }
    }

    /// The program that libbpf could not load.
    var failedProgram: String? {
        text.firstMatch(of: /prog '([^']*)': BPF program load failed/).map { String($0.1) }
    }

    /// The map that libbpf could not create.
    var failedMap: String? {
        text.firstMatch(of: /map '([^']*)': failed to create/).map { String($0.1) }
    }

    /// The verifier's log, which libbpf fetches by a second attempt at the load.
    var verifierLog: VerifierLog? {
        guard let begin = text.firstRange(of: "-- BEGIN PROG LOAD LOG --\n"),
            let end = text[begin.upperBound...].firstRange(of: "-- END PROG LOAD LOG --"),
            begin.upperBound < end.lowerBound
        else {
            return nil
        }
        return VerifierLog(String(text[begin.upperBound..<end.lowerBound]))
    }
}
