import NetTypes

@testable import PolicyCompiler

/// Prefixes of several sets, as the compiler classifies them.
func classified<Address>(
    _ sets: [[Prefix<Address>]]
) throws -> [ClassifiedPrefix<Address>] {
    var classes = AddressClasses<Address>()
    for (number, set) in sets.enumerated() { classes.add(set, matcher: number) }
    var combinations = Combinations(matcherCount: sets.count)
    return try classes.table(numbering: &combinations)
}

extension Prefix {
    /// Both sides of both ends, and the middle.
    var edges: [Address.Bits] {
        let (first, last) = (address.bits, lastAddress.bits)
        return [first, first &- 1, last, last &+ 1, first &+ (last &- first) / 2 &+ 1]
    }
}
