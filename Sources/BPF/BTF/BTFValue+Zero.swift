extension BTFValue {
    /// Whether all of its bits are zero.
    public var isZero: Bool {
        switch self {
        case .integer(let value), .enumerator(_, let value): value == 0
        case .unsigned(let value), .pointer(let value): value == 0
        case .float(let value): value == 0
        case .boolean(let value): !value
        case .text(let text): text.isEmpty
        case .address(let text): !text.contains { $0.isHexDigit && $0 != "0" }
        case .bytes(let bytes): bytes.allSatisfy { $0 == 0 }
        case .array(let values): values.allSatisfy(\.isZero)
        case .structure(let members): members.allSatisfy(\.value.isZero)
        }
    }
}
