/// An IPv6 extension header. The raw value is the name that policies use.
public enum ExtensionHeader: String, Hashable, Sendable, CaseIterable {
    case hopByHop = "hop-by-hop"
    case routing
    case fragment
    case authentication = "ah"
    case destination
    case mobility
    case hip
    case shim6

    /// The number that the header before it names it by.
    public var number: UInt8 {
        switch self {
        case .hopByHop: 0
        case .routing: 43
        case .fragment: 44
        case .authentication: 51
        case .destination: 60
        case .mobility: 135
        case .hip: 139
        case .shim6: 140
        }
    }
}
