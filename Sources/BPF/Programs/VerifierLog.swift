/// What the kernel's verifier wrote about a program that it refused.
public struct VerifierLog: Sendable {
    /// The whole log, lines as the kernel wrote them.
    public let text: String
    /// Why the program was refused: the last sentence before the statistics.
    public let cause: String
    /// The lines that explain the cause: source, instruction, and what was said about it; then how
    /// many lines are left out.
    public let excerpt: [String]

    /// Reads a log.
    ///
    /// - Parameter text: The log as the kernel wrote it, of level 1 or above.
    public init(_ text: String) {
        self.text = text
        var lines = text.split(whereSeparator: \.isNewline).map(String.init)
        let total = lines.count
        while let last = lines.last, Self.isStatistics(last) {
            lines.removeLast()
        }
        let loop = Self.loop(&lines)
        cause = loop ?? lines.popLast() ?? "no reason given"

        var excerpt: [String] = []
        var shown = 1
        if let instruction = lines.lastIndex(where: Self.isInstruction) {
            if let source = lines[..<instruction].last(where: { $0.hasPrefix(";") }) {
                excerpt.append(Self.source(source))
                shown += 1
            }
            excerpt.append(Self.withoutState(lines[instruction]))
            excerpt += lines[(instruction + 1)...].suffix(3)
            shown += 1 + lines[(instruction + 1)...].suffix(3).count
        } else {
            excerpt = lines.suffix(3)
            shown += excerpt.count
        }
        if total > shown {
            excerpt.append("(\(total - shown) line\(total - shown == 1 ? "" : "s") omitted)")
        }
        self.excerpt = excerpt
    }

    /// The sentence about a loop that may not end, behind which the verifier writes two states. It may
    /// stand behind the instruction, in its line; what is left are the lines before.
    private static func loop(_ lines: inout [String]) -> String? {
        let kept = lines.lastIndex { !$0.hasPrefix("cur state:") && !$0.hasPrefix("old state:") }
        guard let kept, let found = lines[kept].firstRange(of: "infinite loop detected") else {
            return nil
        }
        let cause = String(lines[kept][found.lowerBound...])
        let before = lines[kept][..<found.lowerBound].trimmed
        lines.removeSubrange(kept...)
        if !before.isEmpty { lines.append(before) }
        return cause
    }

    /// What to do about a cause that has a well-known remedy.
    var hint: String? {
        if text.contains("GPL") && (text.contains("non-GPL") || text.contains("GPL-restricted")) {
            return "give the program a licence: char LICENSE[] SEC(\"license\") = \"GPL\";"
        }
        return nil
    }

    /// `processed 3 insns (limit 1000000) …` and its companions, which end a log.
    private static func isStatistics(_ line: String) -> Bool {
        ["processed ", "verification time ", "stack depth ", "peak_states "]
            .contains(where: line.hasPrefix)
    }

    /// `2: (69) r1 = *(u16 *)(r7 +12)`
    private static func isInstruction(_ line: String) -> Bool {
        let rest = line.drop(while: \.isWholeNumber)
        return rest.startIndex > line.startIndex && rest.hasPrefix(": (")
    }

    /// An instruction without the registers that kernels since 5.18 write behind it.
    private static func withoutState(_ line: String) -> String {
        guard let state = line.range(of: "; R") else {
            return line
        }
        return line[..<state.lowerBound].trimmed
    }

    /// `; x = y; @ file.bpf.c:29`, as kernels since 6.10 write it, becomes `file.bpf.c:29:  x = y;`.
    private static func source(_ line: String) -> String {
        let code = line.dropFirst().trimmed
        guard let at = code.range(of: " @ ", last: true) else {
            return code
        }
        return "\(code[at.upperBound...].trimmed):  \(code[..<at.lowerBound].trimmed)"
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }

    /// The first or last place of `needle`.
    fileprivate func range(of needle: String, last: Bool = false) -> Range<Index>? {
        let starts = last ? Array(indices.reversed()) : Array(indices)
        guard let start = starts.first(where: { self[$0...].hasPrefix(needle) }) else {
            return nil
        }
        return start..<index(start, offsetBy: needle.count)
    }
}
