internal import NetTypes
internal import Policy
internal import PolicyCompiler

extension Event {
    /// What became of it, as people say it of this hook: devices are allowed or denied.
    public var verdictName: String {
        if case .hook(let hook) = hook { return verdict.name(on: hook) }
        return verdict.rawValue
    }

    /// The event on one line, fit to print whatever names are in it.
    ///
    /// ```
    /// 14:02:11.482 DROP tc-ingress eth1 rule block-6666 10.77.0.1:41738 > 10.77.0.2:6666 tcp syn from client[27172] …
    /// 14:02:12.020 DROP kernel NEIGH_FAILED neigh_invalidate 10.77.0.1:45872 > 10.77.0.99:1 udp …
    /// ```
    ///
    /// - Parameter clock: What time it was when.
    /// - Returns: The line, without its end.
    public func line(_ clock: EventClock) -> String {
        var words = [
            clock.timeOfDay(time), isCounted ? "COUNT" : verdictName.uppercased(),
            hook.description,
        ]
        if let interface { words.append(printable(interface)) }
        if let name = netns?.name { words.append("netns \(printable(name))") }
        if let cgroup { words.append("cgroup \(printable(cgroup))") }
        words.append(why)
        if let location { words.append("at \(printable(location))") }
        words += what
        if let from = Self.words(source, "from") { words.append(from) }
        if let to = Self.words(destination, "to") { words.append(to) }
        if suppressed > 0 { words.append("(+\(suppressed) suppressed)") }
        if hook == .kernel, let text = DropReasons.explanation(of: reason) {
            words.append("— \(text)")
        }
        return words.joined(separator: " ")
    }

    private var why: String {
        guard let rule else { return hook == .kernel ? reason : "reason \(reason)" }
        return (reason == "monitor" ? "would-drop " : "") + "rule \(rule)"
    }

    private var what: [String] {
        if let request { return ["\(request)"] }
        guard let packet else { return [] }
        guard let from = source.address, let to = destination.address, let proto = packet.proto
        else {
            return [
                "ethertype 0x" + String(packet.etherType, radix: 16), "length \(packet.length)",
            ]
        }
        var words = ["\(Self.place(from, source.port)) > \(Self.place(to, destination.port))"]
        words.append("\(proto)")
        if let flags = packet.tcpFlags {
            words.append(flags.flagNames.isEmpty ? "none" : flags.flagNames.joined(separator: ","))
        }
        if let icmp = packet.icmp { words.append("\(icmp.type)/\(icmp.code)") }
        if packet.isFragment { words.append("fragment") }
        return words
    }

    static func place(_ address: IPAddress, _ port: UInt16?) -> String {
        guard let port else { return "\(address)" }
        if case .v6 = address { return "[\(address)]:\(port)" }
        return "\(address):\(port)"
    }

    /// `from curl[4711] uid 1000 demo.service [skb, connect]`; nil when nobody is known.
    static func words(_ party: Party, _ word: String) -> String? {
        guard let owner = party.owner else { return nil }
        var text = "\(word) \(printable(owner.comm))[\(owner.pid)] uid \(owner.uid)"
        if let belongs = owner.container.map({ "container \($0.prefix(12))" }) ?? owner.unit
            ?? owner.cgroup
        {
            text += " \(printable(belongs))"
        }
        let sure = [party.how?.rawValue, owner.origin].compactMap(\.self)
        return sure.isEmpty ? text : text + " [\(sure.joined(separator: ", "))]"
    }
}

extension TCPFlags {
    /// The names of those that are set.
    var flagNames: [String] { Self.names.filter { contains($0.flag) }.map(\.name) }
}
