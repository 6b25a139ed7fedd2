import NetTypes

@testable import PolicyCompiler

/// Longest-prefix match by a look-up for each length.
struct PrefixLookup<Address: IPAddressFamily> {
    private var classes: [Prefix<Address>: UInt32] = [:]
    private let lengths: [Int]

    init(_ entries: [ClassifiedPrefix<Address>]) {
        for entry in entries { classes[entry.prefix] = entry.class_ }
        lengths = Set(entries.map(\.prefix.length)).sorted(by: >)
    }

    /// Nil when no prefix covers it.
    func class_(of address: Address) -> UInt32? {
        for length in lengths {
            guard let prefix = Prefix(masking: address, length: length) else { continue }
            if let class_ = classes[prefix] { return class_ }
        }
        return nil
    }
}
