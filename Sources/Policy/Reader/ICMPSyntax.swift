import NetTypes

/// One element of `icmp-type`: nft's name or a number or a range, and perhaps a code behind `/`.
struct ICMPSyntax {
    /// The protocols that `proto` of the same match leaves, of ICMP and ICMPv6; both without it.
    let protocols: [IPProtocol]

    /// Every protocol that has types.
    static let all: [IPProtocol] = [.icmp, .icmpv6]

    /// The syntax within a match whose `proto` is this.
    init(_ proto: [IPProtocol]?) {
        let named = Self.all.filter { proto?.contains($0) ?? false }
        protocols = named.isEmpty ? Self.all : named
    }

    /// Reads an element.
    ///
    /// - Parameter text: The text.
    /// - Returns: One term, or one of each protocol for a name that both have.
    /// - Throws: ``NumberSyntaxError``, whose message says what to write instead.
    func parse(_ text: String) throws(NumberSyntaxError) -> [ICMPTerm] {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0).trimmingBlanks }
        let codes = parts.count == 2 ? try PacketNumbers.icmpCode.parse(parts[1]) : nil
        let named = try terms(named: parts[0], codes)
        guard named.isEmpty else {
            guard codes == nil || named.count == 1 else {
                throw Self.error(
                    "the codes of '\(parts[0])' differ between ICMP and ICMPv6", Self.protoHint)
            }
            return named
        }
        guard let first = parts[0].first, first.isNumber else { throw unknown(parts[0]) }
        let types = try PacketNumbers.icmpType.parse(parts[0])
        guard codes == nil || types.count == 1 else {
            throw Self.error("'\(text.shortened)' gives a code to a range of types", "write a list")
        }
        guard protocols.count == 1 else {
            throw Self.error(
                "'\(text.shortened)' is of ICMP or of ICMPv6, and 'proto' does not say which",
                Self.protoHint)
        }
        return [ICMPTerm(proto: protocols[0], types: types, codes: codes)]
    }

    /// The terms of a name: of the protocols that are left, or else of the other one, which is
    /// warned about where the whole match is known.
    private func terms(
        named name: String, _ codes: ClosedRange<UInt8>?
    ) throws(NumberSyntaxError) -> [ICMPTerm] {
        for candidates in [protocols, Self.all] {
            let terms = candidates.compactMap { proto in
                ICMPType.number(name, of: proto).map {
                    ICMPTerm(proto: proto, types: $0...$0, codes: codes)
                }
            }
            if !terms.isEmpty { return terms }
        }
        return []
    }

    private func unknown(_ name: String) -> NumberSyntaxError {
        let other = [
            "ping": "echo-request", "pong": "echo-reply", "unreachable": "destination-unreachable",
            "ttl-exceeded": "time-exceeded", "neighbour-solicitation": "nd-neighbor-solicit",
            "neighbor-solicitation": "nd-neighbor-solicit", "router-advert": "nd-router-advert",
            "neighbour-advertisement": "nd-neighbor-advert", "redirects": "redirect",
            "neighbor-advertisement": "nd-neighbor-advert",
        ]
        let names = protocols.flatMap { ICMPType.names(of: $0).map(\.name) }
        let hint: String?
        if name.contains(",") {
            hint = "write a list: [\(name.shortened)]"
        } else {
            hint =
                other[name.lowercased()].map { "did you mean '\($0)'?" }
                ?? Suggestion.hint(for: name, among: names)
                ?? "types are nft's names such as echo-request, or numbers"
        }
        return Self.error("unknown ICMP type '\(name.shortened)'", hint)
    }

    private static let protoHint = "add proto: icmp or proto: icmpv6 to the match"

    private static func error(_ message: String, _ hint: String?) -> NumberSyntaxError {
        NumberSyntaxError(code: "invalid-icmp-type", message: message, hint: hint)
    }
}

extension Reading {
    /// The elements of `icmp-type`, in a match with this `proto`.
    func icmpTerms(_ value: YAMLValue, proto: [IPProtocol]?) -> [ICMPTerm] {
        let syntax = ICMPSyntax(proto)
        return elements(value, of: "icmp-type").flatMap { element -> [ICMPTerm] in
            guard let text = text(element, of: "an ICMP type") else { return [] }
            do throws(NumberSyntaxError) {
                return try syntax.parse(text)
            } catch {
                self.error(error.code, error.message, hint: error.hint, at: element)
                return []
            }
        }
    }
}
