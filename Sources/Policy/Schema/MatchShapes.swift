import NetTypes

/// The values of match keys.
extension Shape {
    /// `src` and `dst`.
    static let addresses = oneOrMore(
        any(of: [text(Pattern.address), setReference]).named("address-or-set")
    ).named("addresses")

    /// `sport` and `dport`.
    static let ports = oneOrMore(any(of: [port, setReference])).named("ports")

    /// An address, a prefix or a range in a set.
    static let address = text(Pattern.address).named("address")

    /// A port or a range of ports.
    static let port = any(of: [number(0...65_535), text(Pattern.port)]).named("port")

    private static let setReference = text(Pattern.setReference).named("set-reference")

    /// `proto`.
    static let protocols = oneOrMore(
        any(of: [words(IPProtocol.names.map(\.name)), number(0...255)])
    ).named("protocols")

    /// `tcp-flags`.
    static let tcpFlags = oneOrMore(text(flags)).named("tcp-flags")

    private static let flags: String = {
        let blanks = "[ \\t]*"
        let names = TCPFlags.names.map(\.name) + ["ecn"]
        let flag = "\(blanks)(?:!\(blanks))?\(Pattern.any(of: names))\(blanks)"
        return "\(flag)(?:,\(flag))*"
    }()

    /// `icmp-type`; that numbers need `proto` is beyond it.
    static let icmpTypes: Shape = {
        let names = Set(ICMPSyntax.all.flatMap { ICMPType.names(of: $0).map(\.name) }).sorted()
        let blanks = "[ \\t]*"
        let code = "\(blanks)/\(blanks)\(Pattern.range(Pattern.number(0...255)))"
        return oneOrMore(
            any(of: [
                number(0...255),
                text("\(Pattern.any(of: names + [Pattern.number(0...255)]))(?:\(code))?"),
                text(Pattern.range(Pattern.number(0...255))),
            ])
        ).named("icmp-types")
    }()

    /// `family`.
    static let families = oneOrMore(words(EtherType.names.map(\.name))).named("families")

    /// `ext-header`.
    static let extensionHeaders = oneOrMore(choice(ExtensionHeader.self)).named("ext-headers")
}

extension NumberSyntax {
    /// The values of a key that holds such numbers.
    var shape: Shape {
        let bounds = Int(bounds.lowerBound)...Int(bounds.upperBound)
        var ends = [Pattern.number(bounds)] + names.map(\.name)
        if allowsHexadecimal {
            // Up to eight digits; the last number of these has ones alone.
            let digits = String(bounds.upperBound, radix: 16).count
            ends.append("0x0{0,\(8 - digits)}[0-9A-Fa-f]{1,\(digits)}")
        }
        let one = Shape([
            "type": "integer", "minimum": .number(bounds.lowerBound),
            "maximum": .number(bounds.upperBound),
        ])
        let text = Shape.text(
            Pattern.any(of: [Pattern.range(Pattern.any(of: ends))] + words))
        return .oneOrMore(.any(of: [one, text]))
    }
}
