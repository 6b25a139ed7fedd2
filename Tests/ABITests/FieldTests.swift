import NetTypes
import NetctlABI
import Policy
import Testing

/// The values of packet fields are numbered in the policy's analysis as the programs number them.
@Suite struct FieldTests {
    static let counts: [(PacketField, Int)] = [
        (.proto, NETCTL_PROTO_VALUES), (.sport, NETCTL_PORT_VALUES), (.dport, NETCTL_PORT_VALUES),
        (.tcpFlags, NETCTL_TCP_FLAGS_VALUES), (.icmpType, NETCTL_ICMP_VALUES),
        (.etherType, NETCTL_ETHERTYPE_VALUES), (.vlan, NETCTL_VLAN_VALUES),
        (.fragment, NETCTL_FRAGMENT_VALUES), (.length, NETCTL_LENGTH_VALUES),
        (.ttl, NETCTL_TTL_VALUES), (.dscp, NETCTL_DSCP_VALUES),
        (.extHeader, NETCTL_EXT_HEADER_VALUES),
    ]

    @Test(arguments: counts) func hasAsManyValues(field: PacketField, count: Int) {
        #expect(Int(field.last) + 1 == count)
    }

    /// No table has a mark's four billion values.
    @Test func everyFieldIsCompared() {
        #expect(Set(Self.counts.map(\.0)) == Set(PacketField.allCases).subtracting([.mark]))
    }

    static let headers: [(ExtensionHeader, netctl_ext_header)] = [
        (.hopByHop, NETCTL_EXT_HOP_BY_HOP), (.routing, NETCTL_EXT_ROUTING),
        (.fragment, NETCTL_EXT_FRAGMENT), (.authentication, NETCTL_EXT_AUTHENTICATION),
        (.destination, NETCTL_EXT_DESTINATION), (.mobility, NETCTL_EXT_MOBILITY),
        (.hip, NETCTL_EXT_HIP), (.shim6, NETCTL_EXT_SHIM6),
    ]

    @Test(arguments: headers) func extensionHeader(header: ExtensionHeader, bit: netctl_ext_header)
    {
        var expansion = NoSets()
        let alone = Match(MatchKeys(extHeader: [header])).values(of: .extHeader, &expansion)
        #expect(alone?.isSuperset(of: [bit.rawValue]) == true)
        #expect(alone?.ranges.contains { $0.contains(~bit.rawValue & 0xff) } == false)
    }

    @Test func valuesThatStandForMore() {
        var expansion = NoSets()
        let untagged = Match(MatchKeys(vlan: [.untagged])).values(of: .vlan, &expansion)
        #expect(untagged?.ranges == [UInt32(NETCTL_VLAN_NONE)...UInt32(NETCTL_VLAN_NONE)])
        let echo = ICMPTerm(proto: .icmpv6, types: 128...128, codes: 0...0)
        let icmpv6 = Match(MatchKeys(icmpType: [echo])).values(of: .icmpType, &expansion)
        let first = UInt32(NETCTL_ICMPV6_FIRST) + 128 << 8
        #expect(icmpv6?.ranges == [first...first])
    }
}

/// A policy without sets.
private struct NoSets: TermExpansion {
    func ports(_ terms: [PortTerm]) -> IntervalSet<UInt32> { IntervalSet() }
    func flags(_ terms: [TCPFlagsTerm]) -> IntervalSet<UInt32> { IntervalSet() }
}

extension IntervalSet {
    fileprivate func isSuperset(of values: [Bits]) -> Bool {
        values.allSatisfy { value in ranges.contains { $0.contains(value) } }
    }
}
