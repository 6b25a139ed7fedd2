import Foundation
import NetTypes

/// Random IPv4 prefixes, none inside another, for netctl and for its peers.
///
/// Peers refuse prefixes inside others, or merge them: without any, all hold the same list.
struct BlockList {
    let prefixes: [Prefix<IPv4Address>]
    private let folder: URL
    private let name: String

    /// Makes up a list; its files go into a folder.
    init(count: Int, seed: UInt64, in folder: URL) throws {
        var random = Randomness(seed: seed)
        var kept: [Prefix<IPv4Address>] = []
        var tries = count
        while kept.count < count {
            tries += max(8, tries / 16)
            kept.removeAll(keepingCapacity: true)
            for prefix in RandomSet.ipv4(tries, seed: seed).prefixes {
                if let last = kept.last, last.contains(prefix) { continue }
                kept.append(prefix)
            }
        }
        kept.shuffle(using: &random)
        self.init(Array(kept.prefix(count)), named: "list-\(count)-\(seed)", in: folder)
    }

    private init(_ prefixes: [Prefix<IPv4Address>], named name: String, in folder: URL) {
        self.prefixes = prefixes
        self.name = name
        self.folder = folder
    }

    /// The list with one prefix in a hundred, at least one, replaced by another address.
    func changed(seed: UInt64) -> BlockList {
        var random = Randomness(seed: seed)
        var changed = prefixes
        let covered = IntervalSet(prefixes.map { $0.address.bits...$0.lastAddress.bits })
        var added: Set<UInt32> = []
        for place in 0..<max(1, prefixes.count / 100) {
            var bits: UInt32
            repeat {
                bits = .random(in: 0 ... .max, using: &random)
            } while covered.contains(bits) || !added.insert(bits).inserted
            changed[place] = Prefix(IPv4Address(bits: bits))
        }
        return BlockList(changed, named: "\(name)-\(seed)", in: folder)
    }

    /// Addresses inside of prefixes that are drawn uniformly; exact ones are the first of a prefix.
    func sources(_ count: Int, seed: UInt64, exact: Bool = false) -> [IPv4Address] {
        var random = Randomness(seed: seed)
        return (0..<count).map { _ in
            let prefix = prefixes[random.below(prefixes.count)]
            if exact { return prefix.address }
            return IPv4Address(
                bits: .random(in: prefix.address.bits...prefix.lastAddress.bits, using: &random))
        }
    }

    /// An address of no prefix of the list.
    func stranger(seed: UInt64) -> IPv4Address {
        let covered = IntervalSet(prefixes.map { $0.address.bits...$0.lastAddress.bits })
        var random = Randomness(seed: seed)
        while true {
            let bits = UInt32.random(in: 0x0100_0000...0xDFFF_FFFF, using: &random)
            if !covered.contains(bits) { return IPv4Address(bits: bits) }
        }
    }

    // MARK: Files

    /// Writes the list, a prefix a line.
    ///
    /// - Returns: The path.
    func feed() throws -> String {
        try write("\(name).txt", prefixes.map { "\(Self.text($0))\n" }.joined())
    }

    /// Writes a policy that drops the list, and its set file.
    ///
    /// - Returns: The path of the policy.
    func policy() throws -> String {
        _ = try feed()
        return try write(
            "\(name).yaml",
            """
            version: 1
            name: bench
            sets:
              block: { file: \(name).txt }
            filters:
              inbound:
                default: pass
                rules:
                  - { name: block, match: { src: "@block" }, action: drop }

            """)
    }

    /// Writes the list in a peer's words.
    ///
    /// - Returns: The path.
    func file(_ suffix: String, before: String, each: String, separator: String, after: String)
        throws -> String
    {
        let elements = prefixes.map { each + Self.text($0) }.joined(separator: separator)
        return try write("\(name).\(suffix)", before + elements + after)
    }

    private static func text(_ prefix: Prefix<IPv4Address>) -> String {
        prefix.length == 32 ? "\(prefix.address)" : "\(prefix)"
    }

    @discardableResult
    private func write(_ name: String, _ text: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
