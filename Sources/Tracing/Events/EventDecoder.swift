internal import Datapath
internal import NetTypes
internal import NetctlABI
internal import Policy
internal import PolicyCompiler

/// From what programs write to ``Event``. Names come from ``EventNames``.
struct EventDecoder {
    let names: EventNames

    /// Reads a record; nil for one that is none of ours.
    func event(_ record: RawSpan) -> Event? {
        let size = MemoryLayout<netctl_event>.size
        guard record.byteCount >= size else { return nil }
        let raw = record.unsafeLoad(as: netctl_event.self)
        guard let hook = EventHook(abi: raw.hook),
            let verdict = Verdict.allCases.first(where: { $0.abi.rawValue == UInt32(raw.verdict) })
        else { return nil }
        let bytes = record.withUnsafeBytes { Array($0.dropFirst(size)) }
        return event(raw, hook, verdict, bytes)
    }

    private func event(
        _ raw: netctl_event, _ hook: EventHook, _ verdict: Verdict, _ bytes: [UInt8]
    ) -> Event {
        let flags = Int(raw.flags)
        // A cgroup's hook does not say where it is.
        let netns = raw.netns != 0 ? raw.netns : names.netns(of: raw.src_cookie, raw.dst_cookie)
        let isRequest = hook == .hook(.cgroupDevice)
        let body = hook == .kernel ? nil : names.body(raw.body)
        let rule =
            flags & Int(NETCTL_EVENT_RULE) == 0
            ? nil : body?.rule(Int(raw.rule), hash: raw.name)
        return Event(
            time: raw.time, hook: hook, verdict: verdict,
            reason: hook == .kernel
                ? names.reason(raw.reason) : Reason(abi: raw.reason)?.rawValue ?? "unknown",
            rule: rule, isCounted: flags & Int(NETCTL_EVENT_COUNTED) != 0,
            policy: body?.policy,
            interface: names.interface(raw.interface, in: netns),
            netns: netns == 0 ? nil : names.netns(UInt64(netns)),
            cgroup: body?.cgroup,
            location: raw.location == 0 ? nil : names.symbol(raw.location),
            packet: isRequest ? nil : PacketFacts(raw),
            request: isRequest ? DeviceRequest(raw) : nil,
            source: isRequest
                ? requester(raw, body)
                : party(raw, raw.src, raw.sport, raw.src_cookie, raw.src_how),
            destination: isRequest
                ? Event.Party() : party(raw, raw.dst, raw.dport, raw.dst_cookie, raw.dst_how),
            suppressed: raw.suppressed, bytes: bytes,
            hasEthernet: flags & Int(NETCTL_EVENT_ETHERNET) != 0,
            interfaceIndex: raw.interface)
    }

    private func party<Bytes: BitwiseCopyable>(
        _ raw: netctl_event, _ address: Bytes, _ port: UInt16, _ cookie: UInt64, _ how: UInt8
    ) -> Event.Party {
        var party = Event.Party()
        if raw.family != 0 { party.address = Self.address(address, family: raw.family) }
        if raw.hasL4, IPProtocol(number: raw.protocol).hasPorts { party.port = port }
        party.cookie = cookie
        party.how = JoinMethod(abi: how)
        party.owner = names.owner(of: cookie, at: raw.time)
        return party
    }

    private func requester(_ raw: netctl_event, _ body: BodyDescription?) -> Event.Party {
        var party = Event.Party()
        guard let how = JoinMethod(abi: raw.src_how) else { return party }
        party.how = how
        party.owner = names.process(
            pid: Int32(bitPattern: raw.pid), comm: Self.text(raw.comm), uid: raw.uid,
            attachedTo: body?.cgroup)
        return party
    }

    private static func address<Bytes: BitwiseCopyable>(
        _ bytes: Bytes, family: UInt8
    ) -> IPAddress {
        withUnsafeBytes(of: bytes) { bytes in
            family == 4
                ? .v4(IPv4Address(bits: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
                : .v6(IPv6Address(bits: UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))))
        }
    }

    /// A fixed array of characters, up to its zero; what is not UTF-8 is repaired.
    private static func text<Characters: BitwiseCopyable>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension netctl_event {
    fileprivate var hasL4: Bool { Int(flags) & Int(NETCTL_EVENT_L4) != 0 }
}

extension PacketFacts {
    fileprivate init(_ raw: netctl_event) {
        let proto = raw.family == 0 ? nil : IPProtocol(number: raw.protocol)
        self.init(
            etherType: raw.ethertype, proto: proto,
            tcpFlags: proto == .tcp && raw.hasL4 ? TCPFlags(rawValue: raw.tcp_flags) : nil,
            icmp: (proto == .icmp || proto == .icmpv6) && raw.hasL4
                ? (raw.icmp_type, raw.icmp_code) : nil,
            isFragment: Int(raw.flags) & Int(NETCTL_EVENT_FRAGMENT) != 0,
            length: Int(raw.length))
    }
}

extension DeviceRequest {
    fileprivate init(_ raw: netctl_event) {
        var access: DeviceTerm.Access = []
        if Int(raw.access) & Int(NETCTL_ACCESS_MKNOD) != 0 { access.insert(.make) }
        if Int(raw.access) & Int(NETCTL_ACCESS_READ) != 0 { access.insert(.read) }
        if Int(raw.access) & Int(NETCTL_ACCESS_WRITE) != 0 { access.insert(.write) }
        self.init(
            kind: Int(raw.kind) & Int(NETCTL_DEVICE_BLOCK) != 0 ? .block : .character,
            major: raw.major, minor: raw.minor, access: access)
    }
}

extension Reason {
    init?(abi: UInt32) {
        guard let reason = Self.allCases.first(where: { $0.abi.rawValue == abi }) else {
            return nil
        }
        self = reason
    }
}

extension JoinMethod {
    init?(abi: UInt8) {
        switch netctl_how(rawValue: UInt32(abi)) {
        case NETCTL_HOW_SKB: self = .skb
        case NETCTL_HOW_LISTENER: self = .listener
        case NETCTL_HOW_LOOKUP: self = .lookup
        case NETCTL_HOW_RECEIVER: self = .receiver
        case NETCTL_HOW_TASK: self = .task
        default: return nil
        }
    }
}
