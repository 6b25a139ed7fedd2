extension IPv6Address {
    /// Reads the forms of RFC 4291, 2.2: eight groups, `::` for a run of zeros, a dotted quad at
    /// the end.
    ///
    /// `::` stands for at least one group. Zones (`%eth0`) are not part of an address here.
    ///
    /// - Parameters:
    ///   - bytes: ASCII text.
    ///   - index: Where to start; moved behind the address when there is one.
    /// - Returns: The address, or nil when none starts at `index`.
    public static func scan(_ bytes: Span<UInt8>, at index: inout Int) -> IPv6Address? {
        var groups = Groups()
        var cursor = index
        if isColon(bytes, cursor) {
            guard isColon(bytes, cursor + 1) else { return nil }
            groups.compress()
            cursor += 2
        }
        while cursor < bytes.count, groups.count < 8 {
            let start = cursor
            guard let group = hexadecimalGroup(bytes, at: &cursor) else { break }
            if cursor < bytes.count, bytes[cursor] == UInt8(ascii: ".") {
                cursor = start
                guard groups.count <= 6, let quad = IPv4Address.scan(bytes, at: &cursor) else {
                    return nil
                }
                groups.append(quad)
                break
            }
            groups.append(group)
            guard isColon(bytes, cursor) else { break }
            if isColon(bytes, cursor + 1) {
                guard groups.compress() else { return nil }
                cursor += 2
            } else {
                cursor += 1
                // A single colon promises one more group.
                guard cursor < bytes.count, hexadecimalValue(bytes[cursor]) != nil else {
                    return nil
                }
            }
        }
        guard let bits = groups.bits else { return nil }
        index = cursor
        return IPv6Address(bits: bits)
    }

    /// The groups read so far, those before `::` apart from those behind it.
    private struct Groups {
        var head: UInt128 = 0
        var tail: UInt128 = 0
        var headCount = 0
        var count = 0
        var isCompressed = false

        mutating func append(_ group: UInt16) {
            if isCompressed {
                tail = tail << 16 | UInt128(group)
            } else {
                head = head << 16 | UInt128(group)
                headCount += 1
            }
            count += 1
        }

        mutating func append(_ quad: IPv4Address) {
            append(UInt16(truncatingIfNeeded: quad.bits >> 16))
            append(UInt16(truncatingIfNeeded: quad.bits))
        }

        /// Notes `::`, which may come once.
        @discardableResult mutating func compress() -> Bool {
            defer { isCompressed = true }
            return !isCompressed
        }

        var bits: UInt128? {
            guard isCompressed ? count <= 7 : count == 8 else { return nil }
            return head << UInt128(16 * (8 - headCount)) | tail
        }
    }

    private static func isColon(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        index < bytes.count && bytes[index] == UInt8(ascii: ":")
    }

    private static func hexadecimalGroup(_ bytes: Span<UInt8>, at index: inout Int) -> UInt16? {
        var value: UInt16 = 0
        var digits = 0
        while index < bytes.count, let digit = hexadecimalValue(bytes[index]) {
            digits += 1
            guard digits <= 4 else { return nil }
            value = value << 4 | digit
            index += 1
        }
        return digits > 0 ? value : nil
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt16(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return UInt16(byte &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return UInt16(byte &- UInt8(ascii: "A") &+ 10)
        default: return nil
        }
    }
}
