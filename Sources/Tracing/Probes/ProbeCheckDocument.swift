/// `netctl probe check -o json`.
public struct ProbeCheckDocument: Encodable, Sendable {
    private let version = 1
    private let probes: [Entry]

    /// Describes what was tried.
    public init(_ check: ProbeCheck) {
        probes = check.results.map(Entry.init)
    }

    private struct Entry: Encodable {
        let result: ProbeCheck.Result

        private enum Key: CodingKey {
            case probe, result, errno, reason, detail, use, instead
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(result.probe, forKey: .probe)
            try container.encode(result.outcome.rawValue, forKey: .result)
            try container.encode(result.errno, forKey: .errno)
            try container.encode(result.reason, forKey: .reason)
            try container.encode(result.detail, forKey: .detail)
            try container.encode(result.use, forKey: .use)
            try container.encode(result.outcome == .ok ? nil : result.instead, forKey: .instead)
        }
    }
}
