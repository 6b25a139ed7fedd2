public import Packets

/// A packet and what a filter is to do with it, or a request and what a device list is to say.
public struct PolicyTest: Hashable, Sendable {
    /// What happens, as a test expects it: the first four to a packet, the others to a request.
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case pass, drop, redirect, tx, allow, deny

        /// Whether it is one of a device list.
        public var isOfDevices: Bool { self == .allow || self == .deny }
    }

    /// Who is asked about what.
    public enum Question: Hashable, Sendable {
        /// A filter about a packet.
        case packet(Packet, filter: Name)
        /// A device list about a request.
        case request(DeviceRequest, devices: Name)
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

        /// The bytes from the Ethernet header on.
        ///
        /// - Throws: ``Packets/PacketConflict``; the reader gives no such packet.
        public func frame() throws(PacketConflict) -> [UInt8] {
            switch self {
            case .described(let description): try description.frame()
            case .bytes(let bytes): bytes
            }
        }

        /// The mark, which only some hooks know of; nil when nothing is said.
        public var mark: UInt32? {
            if case .described(let description) = self { description.mark } else { nil }
        }
    }

    /// What the test is called: any text, unique in the policy.
    public var name: String
    /// Who is asked about what.
    public var question: Question
    /// What it is to answer.
    public var expect: Verdict
    /// What is to decide; nil when the verdict alone matters.
    public var rule: Decider?
    /// Where the test stands.
    public var location: SourceLocation

    /// Makes a test.
    public init(
        name: String, question: Question, expect: Verdict, rule: Decider? = nil,
        location: SourceLocation = .none
    ) {
        self.name = name
        self.question = question
        self.expect = expect
        self.rule = rule
        self.location = location
    }

    /// The filter that is asked; nil of a request.
    public var filter: Name? {
        if case .packet(_, let filter) = question { filter } else { nil }
    }

    /// The device list that is asked; nil of a packet.
    public var devices: Name? {
        if case .request(_, let devices) = question { devices } else { nil }
    }
}
