import NetTypes
import Policy

/// Reads one policy that needs no set file.
func read(_ text: String, path: String = "policy.yaml") -> ReadResult {
    PolicyReader.read([PolicySource(path: path, bytes: Array(text.utf8))]) { path in
        throw NoFile(path: path)
    }
}

/// A policy of one filter `inbound` that has these rules, each a line of YAML.
func policyText(rules: [String], sets: [String] = [], default verdict: String = "pass") -> String {
    """
    version: 1
    name: edge
    sets:\(sets.isEmpty ? " {}" : "")
    \(sets.map { "  \($0)" }.joined(separator: "\n"))
    filters:
      inbound:
        default: \(verdict)
        rules:\(rules.isEmpty ? " []" : "")
    \(rules.map { "      - \($0)" }.joined(separator: "\n"))
    """
}

/// What set file closures throw in tests.
struct NoFile: Error, CustomStringConvertible {
    let path: String
    var description: String { "no such file (ENOENT)" }
}

/// A generator whose numbers depend on its seed alone.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
