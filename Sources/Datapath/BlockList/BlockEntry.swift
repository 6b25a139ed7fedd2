public import Foundation
internal import NetctlABI
public import NetTypes

/// An entry of the block list, as it was found in the kernel.
public struct BlockEntry: Sendable {
    /// The addresses.
    public let prefix: IPPrefix
    /// When it was added.
    public let added: Date
    /// When it ends by itself; nil: never.
    public let expires: Date?
    /// Why, as whoever added it said; empty when they said nothing.
    public let reason: String
    /// What it has dropped on all attachments, or would have on those that only report.
    public let count: Count

    init(_ key: netctl_block_key, _ entry: netctl_block_entry, _ clock: BootClock.Reading) {
        prefix = key.prefix
        added = clock.date(entry.added)
        expires = entry.expires == 0 ? nil : clock.date(entry.expires)
        reason = entry.text
        count = Count(packets: entry.packets, bytes: entry.bytes)
    }
}

extension BootClock {
    /// Now, on both clocks.
    struct Reading {
        let nanoseconds = BootClock.nanoseconds
        private let date = Date()

        /// A time since boot as one of the calendar.
        func date(_ time: UInt64) -> Date {
            let difference = Int64(bitPattern: time &- nanoseconds)
            return date.addingTimeInterval(Double(difference) / 1_000_000_000)
        }
    }
}

extension netctl_block_entry {
    /// An entry that has dropped nothing yet.
    ///
    /// - Parameters:
    ///   - added: Nanoseconds since boot.
    ///   - expires: Nanoseconds since boot; 0 for never.
    ///   - reason: At most ``BlockReason/bytes`` bytes.
    init(added: UInt64, expires: UInt64, reason: BlockReason) {
        self.init()
        self.added = added
        self.expires = expires
        withUnsafeMutableBytes(of: &self.reason) { $0.copyBytes(from: reason.text.utf8) }
    }

    /// The reason.
    fileprivate var text: String {
        withUnsafeBytes(of: reason) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Whether it blocks anything at a time, nanoseconds since boot.
    func isLive(at now: UInt64) -> Bool { expires == 0 || now < expires }
}

/// Why something is blocked: a line of text that fits an entry.
public struct BlockReason: Sendable {
    /// The most bytes of UTF-8.
    public static let bytes = Int(NETCTL_BLOCK_REASON_BYTES)
    let text: String

    /// Takes a text; nil for one that is too long or that no single line holds.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.bytes,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return nil }
        self.text = text
    }

    /// No reason.
    public static let none = BlockReason()
    private init() { text = "" }
}

extension netctl_block_key {
    init(_ prefix: IPPrefix) {
        self.init()
        switch prefix {
        case .v4(let prefix):
            high = UInt64(prefix.address.bits) << 32
            length = UInt32(prefix.length)
            family = 4
        case .v6(let prefix):
            high = UInt64(truncatingIfNeeded: prefix.address.bits >> 64)
            low = UInt64(truncatingIfNeeded: prefix.address.bits)
            length = UInt32(prefix.length)
            family = 6
        }
    }

    /// The prefix that it is the key of.
    var prefix: IPPrefix {
        // A key that no netctl writes is shown as the nearest that one does.
        if family == 4 {
            let address = IPv4Address(bits: UInt32(high >> 32))
            return .v4(Prefix(masking: address, length: Int(length)) ?? Prefix(address))
        }
        let address = IPv6Address(bits: UInt128(high) << 64 | UInt128(low))
        return .v6(Prefix(masking: address, length: Int(length)) ?? Prefix(address))
    }
}
