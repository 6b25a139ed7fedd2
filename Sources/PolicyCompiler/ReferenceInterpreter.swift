internal import NetTypes
public import Policy

/// What a filter means, in plain Swift: rule by rule, key by key, as the documentation says it.
///
/// It shares nothing with the tables that the compiler makes nor with the BPF programs, so that
/// tests can hold both against it. It is slow on purpose.
///
/// A packet goes through four steps: Ethernet and VLAN tags (``ReferenceFrame``), the L3 header, the
/// L4 header (``ReferencePacket``), then the rules. A header of the first two that cannot be read
/// gives the `malformed:` verdict. One of L4 leaves fields that are *unreadable*: rules are then
/// judged as far as they need none of those. Frames that are not IP have few fields and are judged by
/// few rules.
///
/// A packet is judged by itself: it is within every limit, so no rule with one is for it.
public struct ReferenceInterpreter: Sendable {
    let filter: Filter
    private let isMonitored: Bool
    let addressSets: [Name: AddressSet]
    let portSets: [Name: [PortRange]]
    /// What is blocked before any rule is asked.
    public var blocked: ReferenceBlockList

    /// Makes the interpreter of one filter.
    ///
    /// - Parameters:
    ///   - filter: The filter.
    ///   - sets: The sets of its policy; one that is missing is empty.
    ///   - monitor: Whether the attachment only monitors, whatever the filter says.
    ///   - blocked: What is blocked before any rule is asked.
    public init(
        _ filter: Filter, sets: [NamedSet], monitor: Bool = false,
        blocked: ReferenceBlockList = .empty
    ) {
        self.blocked = blocked
        self.filter = filter
        isMonitored = monitor || filter.monitor
        var addressSets: [Name: AddressSet] = [:]
        var portSets: [Name: [PortRange]] = [:]
        for set in sets {
            switch set.contents {
            case .addresses(let addresses): addressSets[set.name] = addresses
            case .ports(let ports): portSets[set.name] = ports
            }
        }
        self.addressSets = addressSets
        self.portSets = portSets
    }

    /// Judges one packet.
    ///
    /// - Parameter packet: The packet as the hook sees it; any bytes do.
    /// - Returns: What happens to it, why, and which rules counted it.
    public func judge(_ packet: SeenPacket) -> Judgement {
        do throws(ReferenceRefusal) {
            let packet = try ReferencePacket(packet)
            if blocked.holds(packet) { return judgement(.drop, .block, counted: []) }
            return judge(packet)
        } catch {
            return judgement(filter.malformed, error.reason, counted: [])
        }
    }

    /// Judges a packet whose addresses are readable, or a frame that is not IP.
    ///
    /// The latter is judged by the rules that look at the family, the type or the VLAN of a frame;
    /// if these have a key of IP, too, the frame lacks the field. Other rules are not for it.
    ///
    /// The first rule that holds decides. One that holds as far as it can be read, and no further,
    /// leaves the decision to `malformed:`; so does a packet with anything unreadable that no rule
    /// decides. A rule that counts is skipped unless it surely holds.
    func judge(_ packet: ReferencePacket) -> Judgement {
        var counted: [Name] = []
        for rule in rules(for: packet) {
            switch answer(rule.match, packet) {
            case .fails: continue
            case .unreadable where rule.action == .count: continue
            case .unreadable: return undecided(packet, counted)
            case .holds where rule.limit != nil: continue
            case .holds:
                guard let verdict = rule.action.verdict else {
                    counted.append(rule.name)
                    continue
                }
                let isReported = (isMonitored || rule.monitor) && verdict == .drop
                return Judgement(
                    isReported ? .pass : verdict, isReported ? .monitor : .rule, rule: rule.name,
                    counted: counted)
            }
        }
        return undecided(packet, counted)
    }

    /// The rules that are asked about a packet until one decides.
    func rules(for packet: ReferencePacket) -> some Sequence<Rule> {
        filter.rules.lazy.filter { !packet.isNonIP || $0.match.isForNonIP }
    }

    private func undecided(_ packet: ReferencePacket, _ counted: [Name]) -> Judgement {
        if packet.isNonIP { return judgement(filter.nonIP, .nonIP, counted: counted) }
        guard let reason = packet.unreadable else {
            return judgement(filter.defaultVerdict, .default, counted: counted)
        }
        return judgement(filter.malformed, reason, counted: counted)
    }

    /// A verdict of the filter itself.
    private func judgement(
        _ verdict: PassOrDrop, _ reason: Reason, counted: [Name]
    ) -> Judgement {
        guard isMonitored, verdict == .drop else {
            return Judgement(verdict.verdict, reason, counted: counted)
        }
        return Judgement(.pass, .monitor, counted: counted)
    }
}
