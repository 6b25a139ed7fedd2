public import Packets

/// A packet, and what a filter is to do with it.
public struct PolicyTest: Hashable, Sendable {
    /// What happens to a packet, as a test expects it.
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case pass, drop, redirect, tx
    }

    /// What decides, as a test expects it.
    public enum Decider: Hashable, Sendable, CustomStringConvertible {
        /// The filter's own default.
        case `default`
        /// A rule.
        case rule(Name)

        /// The name of the rule, or `default`.
        public var description: String {
            switch self {
            case .default: "default"
            case .rule(let name): name.text
            }
        }
    }

    /// How a test gives its packet.
    public enum Packet: Hashable, Sendable {
        /// `packet: { src: … }`, which does not contradict itself.
        case described(PacketDescription)
        /// `hex: "…"`: any bytes.
        case bytes([UInt8])
    }

    /// What the test is called: any text, unique in the policy.
    public var name: String
    /// The filter that is asked.
    public var filter: Name
    /// What it is asked about.
    public var packet: Packet
    /// What it is to answer.
    public var expect: Verdict
    /// What is to decide; nil when the verdict alone matters.
    public var rule: Decider?
    /// Where the test stands.
    public var location: SourceLocation

    /// Makes a test.
    public init(
        name: String, filter: Name, packet: Packet, expect: Verdict, rule: Decider? = nil,
        location: SourceLocation = .none
    ) {
        self.name = name
        self.filter = filter
        self.packet = packet
        self.expect = expect
        self.rule = rule
        self.location = location
    }

    /// The bytes from the Ethernet header on.
    ///
    /// - Throws: ``Packets/PacketConflict``; the reader gives no such test.
    public func frame() throws(PacketConflict) -> [UInt8] {
        switch packet {
        case .described(let description): try description.frame()
        case .bytes(let bytes): bytes
        }
    }
}
