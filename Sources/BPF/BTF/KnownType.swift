internal import Glibc

/// A type whose name says more than its bits: what is in network order, and addresses.
enum KnownType {
    case ipv4
    case ipv6
    case hardware
    case bigEndian(Int)

    /// Looks at the names on the way to the real type, and at the member's own where the type alone
    /// leaves it open.
    init?(_ id: UInt32, in types: BTF, member name: String) {
        var id = id
        for _ in 0..<BTF.depthMax {
            switch types.type(id) {
            case .typedef("__be16", _): self = .bigEndian(2); return
            case .typedef("__be32", _):
                self = Self.isAddress(name) ? .ipv4 : .bigEndian(4)
                return
            case .typedef("__be64", _): self = .bigEndian(8); return
            case .typedef(_, let next), .modifier(_, let next), .typeTag(_, let next): id = next
            case .composite(let composite) where composite.name == "in_addr": self = .ipv4; return
            case .composite(let composite) where composite.name == "in6_addr": self = .ipv6; return
            case .array(let element, 6) where types.size(of: element) == 1 && Self.isHardware(name):
                self = .hardware
                return
            case .array(let element, 4)
            where types.name(of: element) == "__be32"
                && Self.isAddress(name),
                .array(let element, 16)
            where types.size(of: element) == 1
                && Self.isAddress(name):
                self = .ipv6
                return
            default: return nil
            }
        }
        return nil
    }

    /// How many bytes a value has.
    var size: Int {
        switch self {
        case .ipv4: 4
        case .ipv6: 16
        case .hardware: 6
        case .bigEndian(let size): size
        }
    }

    func decode(_ bytes: ArraySlice<UInt8>) -> BTFValue? {
        guard bytes.count >= size else { return nil }
        let bytes = Array(bytes.prefix(size))
        switch self {
        case .ipv4: return .address(bytes.map(String.init).joined(separator: "."))
        case .ipv6: return .address(Self.text(ipv6: bytes))
        case .hardware: return .address(bytes.map(\.hexadecimal).joined(separator: ":"))
        case .bigEndian: return .unsigned(bytes.reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    /// The bytes of what was written as ``decode(_:)`` writes it.
    func encode(_ text: String) -> [UInt8]? {
        switch self {
        case .ipv4: return Self.parse(text, AF_INET, size)
        case .ipv6: return Self.parse(text, AF_INET6, size)
        case .hardware:
            let bytes = text.split(separator: ":", omittingEmptySubsequences: false)
                .compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
            return bytes.count == 6 && text.count == 17 ? bytes : nil
        case .bigEndian(let size):
            // 10.0.0.1 is as good a number where nothing says that it is no address.
            if size == 4, let address = Self.parse(text, AF_INET, 4) { return address }
            guard let number = UInt64(number: text), size == 8 || number >> UInt64(size * 8) == 0
            else { return nil }
            return (0..<size).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
        }
    }

    private static func parse(_ text: String, _ family: Int32, _ size: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: size)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private static func text(ipv6 bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    private static func isAddress(_ name: String) -> Bool {
        name.contains(/addr|ip|src|dst|source|dest|peer|local|remote|gateway|prefix|net/)
    }

    private static func isHardware(_ name: String) -> Bool {
        name.contains(/mac|h_source|h_dest|addr|eth|lladdr/)
    }
}

extension UInt64 {
    /// A number as people write it: decimal, or hexadecimal behind `0x`.
    init?(number text: String) {
        let value = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
        guard let value, text.first?.isHexDigit == true else { return nil }
        self = value
    }
}
