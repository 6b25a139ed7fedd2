internal import Datapath
internal import NetTypes
internal import Policy

/// An event as JSON: one object a line, documented in docs/json.md. Every member is written; what is not
/// known is null.
public struct EventDocument: Encodable {
    private let event: Event
    private let time: String

    /// The document of an event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - clock: What time it was when.
    public init(_ event: Event, _ clock: EventClock) {
        self.event = event
        time = clock.timestamp(event.time)
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        let packet = event.packet
        try encoder.write([
            "version": 1, "time": time, "hook": event.hook.description,
            "verdict": event.verdictName, "rule": event.rule, "reason": event.reason,
            "counted": event.isCounted, "policy": event.policy, "interface": event.interface,
            "netns": event.netns?.name, "cgroup": event.cgroup,
            "proto": packet?.proto.map { "\($0)" },
            "ethertype": packet.map { Self.hexadecimal($0.etherType) },
            "tcp_flags": packet?.tcpFlags.map(\.flagNames),
            "icmp": packet?.icmp.map { ["type": $0.type, "code": $0.code] },
            "fragment": packet?.isFragment, "length": packet?.length,
            "device": event.request.map { "\($0)" }, "at": event.location,
            "src": Party(party: event.source), "dst": Party(party: event.destination),
            "suppressed": event.suppressed,
        ])
    }

    private struct Party: Encodable {
        let party: Event.Party

        func encode(to encoder: any Encoder) throws {
            let owner = party.owner
            try encoder.write([
                "ip": party.address.map { "\($0)" }, "port": party.port, "pid": owner?.pid,
                "comm": owner?.comm, "uid": owner?.uid, "cgroup": owner?.cgroup,
                "unit": owner?.unit, "container": owner?.container,
                "how": party.how?.rawValue, "origin": owner?.origin,
                "cookie": party.cookie == 0 ? nil : party.cookie,
            ])
        }
    }

    private static func hexadecimal(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension Encoder {
    /// Writes an object, null for what is nil.
    fileprivate func write(_ members: KeyValuePairs<String, (any Encodable)?>) throws {
        var container = container(keyedBy: Member.self)
        for (name, value) in members {
            let key = Member(stringValue: name)
            if let value {
                try container.encode(value, forKey: key)
            } else {
                try container.encodeNil(forKey: key)
            }
        }
    }
}

/// The name of a member.
private struct Member: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
