import NetTypes
import NetctlABI

@testable import PolicyCompiler

extension ReferencePacket {
    /// The value by which a table of the classifier is asked.
    func field(_ dimension: Dimension) -> ReferenceField<Int> {
        switch dimension {
        case .src, .dst, .mark: preconditionFailure("\(dimension) has prefixes, not values")
        case .proto: proto.map { Int($0.number) }
        case .sport: transport.sport.map { Int($0) }
        case .dport: transport.dport.map { Int($0) }
        case .tcpFlags: transport.tcpFlags.map { Int($0.rawValue) }
        case .icmp:
            transport.icmpType.map {
                ($0.proto == .icmpv6 ? NETCTL_ICMPV6_FIRST : 0) + Int($0.type) << 8 + Int($0.code)
            }
        case .etherType: .value(Int(etherType))
        case .vlan: .value(vlan.map(Int.init) ?? NETCTL_VLAN_NONE)
        case .fragment: fragment.map { $0 ? 1 : 0 }
        case .length: length.map { Int($0) }
        case .ttl: ttl.map { Int($0) }
        case .dscp: dscp.map { Int($0) }
        case .extHeader: extHeaders.map { $0.reduce(0) { $0 | 1 << $1.tableBit } }
        }
    }
}

extension ReferenceField {
    fileprivate func map<Other>(_ transform: (Value) -> Other) -> ReferenceField<Other> {
        switch self {
        case .value(let value): .value(transform(value))
        case .absent: .absent
        case .unreadable: .unreadable
        }
    }
}

extension ExtensionHeader {
    /// The place in the set that `enum netctl_ext_header` makes.
    fileprivate var tableBit: Int {
        switch self {
        case .hopByHop: 0
        case .routing: 1
        case .fragment: 2
        case .authentication: 3
        case .destination: 4
        case .mobility: 5
        case .hip: 6
        case .shim6: 7
        }
    }
}
