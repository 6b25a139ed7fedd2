internal import NetTypes
public import Policy

/// What a filter means, in plain Swift: rule by rule, key by key, as the documentation says it.
///
/// It shares nothing with the tables that the compiler makes nor with the BPF programs, so that
/// tests can hold both against it. It is slow on purpose.
///
/// A frame goes through four steps: Ethernet and VLAN tags (``ReferenceFrame``), the L3 header, the
/// L4 header (``ReferencePacket``), then the rules. A header of the first two that cannot be read
/// gives the `malformed:` verdict. One of L4 leaves fields that are *unreadable*: rules are then
/// judged as far as they need none of those. Frames that are not IP have few fields and are judged by
/// few rules.
public struct ReferenceInterpreter: Sendable {
    private let filter: Filter
    let addressSets: [Name: AddressSet]
    let portSets: [Name: [PortRange]]

    /// Makes the interpreter of one filter.
    ///
    /// - Parameters:
    ///   - filter: The filter.
    ///   - sets: The sets of its policy; one that is missing is empty.
    public init(_ filter: Filter, sets: [NamedSet]) {
        self.filter = filter
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
    /// - Parameter frame: The bytes from the Ethernet header on, as XDP sees them; any bytes do.
    /// - Returns: What happens to it, why, and which rules counted it.
    public func judge(_ frame: [UInt8]) -> Judgement {
        do throws(ReferenceRefusal) {
            return judge(try ReferencePacket(try ReferenceFrame(frame)))
        } catch {
            return Judgement(filter.malformed.verdict, error.reason)
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
        for rule in filter.rules where !packet.isNonIP || rule.match.isForNonIP {
            switch answer(rule.match, packet) {
            case .fails: continue
            case .unreadable where rule.action == .count: continue
            case .unreadable: return undecided(packet, counted)
            case .holds:
                guard let verdict = rule.action.verdict else {
                    counted.append(rule.name)
                    continue
                }
                return Judgement(verdict, .rule, rule: rule.name, counted: counted)
            }
        }
        return undecided(packet, counted)
    }

    private func undecided(_ packet: ReferencePacket, _ counted: [Name]) -> Judgement {
        if packet.isNonIP { return Judgement(filter.nonIP.verdict, .nonIP, counted: counted) }
        guard let reason = packet.unreadable else {
            return Judgement(filter.defaultVerdict.verdict, .default, counted: counted)
        }
        return Judgement(filter.malformed.verdict, reason, counted: counted)
    }
}
