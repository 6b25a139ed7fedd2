import NetTypes
import Policy

extension RandomPolicy {
    /// Keys as a reader gives them: `outer` is the `proto` of the match that a `not` stands in, and
    /// nil for the match itself.
    mutating func keys(
        _ sets: [Name], _ ports: [Name], within outer: [IPProtocol]??
    ) throws -> MatchKeys {
        let proto = optional { $0.some(1...3) { $0.proto() } }
        return MatchKeys(
            src: try optional { try $0.some(1...12) { try $0.addressTerm(sets) } },
            dst: try optional { try $0.some(1...2) { try $0.addressTerm(sets) } },
            proto: proto,
            sport: optional { $0.some(1...2) { $0.portTerm(ports) } },
            dport: optional { $0.some(1...20) { $0.portTerm(ports) } },
            tcpFlags: optional { $0.some(1...3) { $0.flags() } },
            icmpType: optional { $0.icmpTerms(outer ?? proto) },
            family: optional {
                $0.some(1...3) { EtherType.names[$0.below(EtherType.names.count)].type }
            },
            etherType: optional { $0.some(1...9) { $0.range(0...0xFFFF) } },
            vlan: optional { $0.some(1...3) { $0.vlan() } },
            fragment: optional { $0.below(2) == 0 },
            length: optional { $0.some(1...9) { $0.range(0...0xFFFF) } },
            ttl: optional { $0.some(1...3) { $0.range(0...0xFF) } },
            dscp: optional { $0.some(1...3) { $0.range(0...63) } },
            extHeader: optional {
                $0.some(1...3) {
                    ExtensionHeader.allCases[$0.below(ExtensionHeader.allCases.count)]
                }
            },
            mark: below(8) > 0 ? nil : some(1...3) { $0.range(0...UInt32.max) })
    }

    private mutating func proto() -> IPProtocol {
        [.tcp, .icmp, .icmpv6, IPProtocol(number: UInt8(below(256)))][below(4)]
    }

    /// Single values come as often as ranges.
    private mutating func range<Value: FixedWidthInteger>(
        _ bounds: ClosedRange<Value>
    ) -> ClosedRange<Value> {
        let count = Int(bounds.upperBound) + 1
        let ends = [below(count), below(count)].sorted()
        let lower = Value(ends[0])
        return below(2) == 0 ? lower...lower : lower...Value(ends[1])
    }

    private mutating func flags() -> TCPFlagsTerm {
        let set = TCPFlags(rawValue: UInt8(below(256)))
        let clear = TCPFlags(rawValue: UInt8(below(256))).subtracting(set)
        return set.isEmpty && clear.isEmpty
            ? TCPFlagsTerm(set: .syn) : TCPFlagsTerm(set: set, clear: clear)
    }

    private mutating func vlan() -> VLANTerm {
        switch below(3) {
        case 0: .tagged
        case 1: .untagged
        default: .ids(range(0...4095))
        }
    }

    /// Numbers where the protocol is known; names alone where it is not, for both protocols where
    /// both have the name.
    private mutating func icmpTerms(_ proto: [IPProtocol]?) -> [ICMPTerm] {
        let known = [IPProtocol.icmp, .icmpv6].filter { proto?.contains($0) ?? false }
        let terms = some(1...4) { random -> [ICMPTerm] in
            if known.count == 1, random.below(3) > 0 {
                let types: ClosedRange<UInt8> = random.range(0...0xFF)
                let codes: ClosedRange<UInt8>? =
                    types.count == 1 && random.below(2) == 0 ? random.range(0...0xFF) : nil
                return [ICMPTerm(proto: known[0], types: types, codes: codes)]
            }
            let names = ICMPType.icmp + ICMPType.icmpv6
            let name = names[random.below(names.count)].name
            let candidates = [known, [.icmp, .icmpv6]].lazy.map { protocols in
                protocols.compactMap { proto in
                    ICMPType.number(name, of: proto).map {
                        ICMPTerm(proto: proto, types: $0...$0)
                    }
                }
            }
            return candidates.first { !$0.isEmpty } ?? []
        }
        return terms.flatMap { $0 }
    }
}
