internal import Datapath
internal import NetTypes
internal import Policy

/// An event as JSON: one object a line, documented in docs/json.md.
public struct EventDocument: Encodable {
    let version = 1
    let time: String
    let hook: String
    let verdict: String
    let rule: String?
    let reason: String
    let counted: Bool
    let policy: String?
    let interface: String?
    let netns: String?
    let cgroup: String?
    let proto: String?
    let ethertype: String?
    let tcpFlags: [String]?
    let icmp: Icmp?
    let fragment: Bool?
    let length: Int?
    let device: String?
    let at: String?
    let src: Party
    let dst: Party
    let suppressed: UInt64

    struct Icmp: Encodable {
        let type: UInt8
        let code: UInt8
    }

    struct Party: Encodable {
        let ip: String?
        let port: UInt16?
        let pid: Int32?
        let comm: String?
        let uid: UInt32?
        let cgroup: String?
        let unit: String?
        let container: String?
        let how: String?
        let origin: String?
        let cookie: UInt64?

        init(_ party: Event.Party) {
            ip = party.address.map { "\($0)" }
            port = party.port
            pid = party.owner?.pid
            comm = party.owner?.comm
            uid = party.owner?.uid
            cgroup = party.owner?.cgroup
            unit = party.owner?.unit
            container = party.owner?.container
            how = party.how?.rawValue
            origin = party.owner?.origin
            cookie = party.cookie == 0 ? nil : party.cookie
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            // Unknown is null, and said.
            try container.encode(ip, forKey: .ip)
            try container.encode(port, forKey: .port)
            try container.encode(pid, forKey: .pid)
            try container.encode(comm, forKey: .comm)
            try container.encode(uid, forKey: .uid)
            try container.encode(cgroup, forKey: .cgroup)
            try container.encode(unit, forKey: .unit)
            try container.encode(self.container, forKey: .container)
            try container.encode(how, forKey: .how)
            try container.encode(origin, forKey: .origin)
            try container.encode(cookie, forKey: .cookie)
        }

        private enum CodingKeys: String, CodingKey {
            case ip, port, pid, comm, uid, cgroup, unit, container, how, origin, cookie
        }
    }

    /// The document of an event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - clock: What time it was when.
    public init(_ event: Event, _ clock: EventClock) {
        time = clock.timestamp(event.time)
        hook = event.hook.description
        verdict = event.verdictName
        rule = event.rule
        reason = event.reason
        counted = event.isCounted
        policy = event.policy
        interface = event.interface
        netns = event.netns?.name
        cgroup = event.cgroup
        proto = event.packet?.proto.map { "\($0)" }
        ethertype = event.packet.map { Self.hexadecimal($0.etherType) }
        tcpFlags = event.packet?.tcpFlags.map(\.flagNames)
        icmp = event.packet?.icmp.map { Icmp(type: $0.type, code: $0.code) }
        fragment = event.packet?.isFragment
        length = event.packet?.length
        device = event.request.map { "\($0)" }
        at = event.location
        src = Party(event.source)
        dst = Party(event.destination)
        suppressed = event.suppressed
    }

    private static func hexadecimal(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private enum CodingKeys: String, CodingKey {
        case version, time, hook, verdict, rule, reason, counted, policy, interface, netns, cgroup
        case proto, ethertype, icmp, fragment, length, device, at, src, dst, suppressed
        case tcpFlags = "tcp_flags"
    }

    /// Writes every key; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(time, forKey: .time)
        try container.encode(hook, forKey: .hook)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(rule, forKey: .rule)
        try container.encode(reason, forKey: .reason)
        try container.encode(counted, forKey: .counted)
        try container.encode(policy, forKey: .policy)
        try container.encode(interface, forKey: .interface)
        try container.encode(netns, forKey: .netns)
        try container.encode(cgroup, forKey: .cgroup)
        try container.encode(proto, forKey: .proto)
        try container.encode(ethertype, forKey: .ethertype)
        try container.encode(tcpFlags, forKey: .tcpFlags)
        try container.encode(icmp, forKey: .icmp)
        try container.encode(fragment, forKey: .fragment)
        try container.encode(length, forKey: .length)
        try container.encode(device, forKey: .device)
        try container.encode(at, forKey: .at)
        try container.encode(src, forKey: .src)
        try container.encode(dst, forKey: .dst)
        try container.encode(suppressed, forKey: .suppressed)
    }
}
