import NetTypes

/// Sorts many prefixes, by a byte at a time from the last one: O(n), where feeds are long.
enum RadixSort {
    /// Shorter lists sort faster by comparison.
    static let threshold = 2_048

    /// Sorts by address, then by length.
    static func sort<Address>(_ prefixes: inout [Prefix<Address>]) {
        guard let first = prefixes.first else { return }
        var scratch = [Prefix<Address>](repeating: first, count: prefixes.count)
        pass(&prefixes, &scratch) { UInt8(truncatingIfNeeded: $0.length) }
        for shift in stride(from: 0, to: Address.bitWidth, by: 8) {
            pass(&prefixes, &scratch) {
                UInt8(truncatingIfNeeded: $0.address.bits >> Address.Bits(shift))
            }
        }
    }

    /// Sorts by one byte and keeps the order of equals; nothing moves where all are equal.
    @inline(__always) private static func pass<Address>(
        _ prefixes: inout [Prefix<Address>], _ scratch: inout [Prefix<Address>],
        _ digit: (Prefix<Address>) -> UInt8
    ) {
        var offsets = [Int](repeating: 0, count: 256)
        for prefix in prefixes { offsets[Int(digit(prefix))] += 1 }
        guard !offsets.contains(prefixes.count) else { return }
        var next = 0
        for index in offsets.indices {
            let count = offsets[index]
            offsets[index] = next
            next += count
        }
        for prefix in prefixes {
            let value = Int(digit(prefix))
            scratch[offsets[value]] = prefix
            offsets[value] += 1
        }
        swap(&prefixes, &scratch)
    }
}
