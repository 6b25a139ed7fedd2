import NetTypes

/// Which bytes of a frame differ between flows of one IP version, in words of eight.
///
/// Of IPv4 from the time to live to the ports, of IPv6 from the payload length to the ports.
enum FlowBytes {
    case ipv4, ipv6

    init(_ flow: Flow) {
        self = if case .v4 = flow.src { .ipv4 } else { .ipv6 }
    }

    /// Where they begin in the frame.
    var first: Int { self == .ipv4 ? 22 : 18 }

    /// How many words there are.
    var words: Int { self == .ipv4 ? 2 : 5 }

    /// A frame that is right for every flow with those bytes put in: what TCP has behind its ports is
    /// what UDP does not look at.
    func template(_ flow: Flow) -> [UInt8] {
        var tcp = flow
        tcp.proto = .tcp
        return tcp.frame
    }

    /// Those bytes of many flows, one after the other.
    func pack(_ flows: [Flow]) -> [UInt64] {
        var packed: [UInt64] = []
        packed.reserveCapacity(flows.count * words)
        for flow in flows {
            let frame = flow.frame
            for word in 0..<words {
                let at = first + word * 8
                // In memory order: the programs copy the words as they are.
                packed.append(frame[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        return packed
    }
}
