import BPF
import Foundation
import NetTypes
import Packets
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// The program in the kernel against a look-up of each length in a dictionary, for many addresses.
///
/// `NETCTL_LOOKUPS=N` looks N addresses up in each table, `NETCTL_LISTS=DIR` takes the lists of
/// addresses in a folder, one a line, too. Build with optimisation for many.
@Suite("Look-ups in the kernel", .requiresRoot)
struct LookUpTests {
    static let count =
        ProcessInfo.processInfo.environment["NETCTL_LOOKUPS"].flatMap(Int.init) ?? 20_000

    @Test("every length nested, both ends of the space, a /32 beside its /24, overlapping sets")
    func adversarial() throws {
        var random = SeededRandom(seed: 1)
        func nested<Address: IPAddressFamily>(_ bits: [Address.Bits]) -> [Prefix<Address>] {
            bits.flatMap { bits in
                (0...Address.bitWidth).compactMap {
                    Prefix(masking: Address(bits: bits), length: $0)
                }
            }
        }
        let v4: [Prefix<IPv4Address>] = nested([0, .max, 0x0a01_0203, 0x0a01_0300])
        let v6: [Prefix<IPv6Address>] = nested([0, .max, 0x2001_0db8 << 96 | 1])
        // Each length goes to one of five sets: what covers it is of others.
        let trial = try KernelLookUps(
            (0..<5).map { set in
                AddressSet(
                    ipv4: v4.filter { $0.length % 5 == set },
                    ipv6: v6.filter { $0.length % 5 == set })
            })
        try trial.check(
            v4.flatMap(\.edges).map { .v4(IPv4Address(bits: $0)) }
                + v6.flatMap(\.edges).map { .v6(IPv6Address(bits: $0)) })
        try trial.check(count: Self.count, near: 24, using: &random)
    }

    @Test("random prefixes of overlapping sets")
    func random() throws {
        var random = SeededRandom(seed: 2)
        let lengths = [0: [8, 16, 20, 24, 25, 28, 32, 32], 1: [20, 29, 32, 48, 56, 64, 96, 128]]
        let sets = (0..<4).map { _ in
            AddressSet(
                ipv4: (0..<5_000).compactMap { _ in
                    Prefix(
                        masking: IPv4Address(
                            bits: UInt32.random(in: 0...(.max), using: &random) & 0x0f3f_ffff),
                        length: random.one(of: lengths[0] ?? []))
                },
                ipv6: (0..<5_000).compactMap { _ in
                    Prefix(
                        masking: IPv6Address(
                            bits: UInt128.random(in: 0...(.max), using: &random)
                                & (0x2001_00ff << 96 | 0xffff << 64 | 0xffff)),
                        length: random.one(of: lengths[1] ?? []))
                })
        }
        try KernelLookUps(sets).check(count: Self.count, near: 40, using: &random)
    }

    @Test(
        "prefixes that cover each other, taken away and added: the members are exactly what is left"
    )
    func members() throws {
        var random = SeededRandom(seed: 3)
        var members = (8...32).compactMap {
            Prefix(masking: IPv4Address(bits: 0x0a01_0203), length: $0)
        }
        for _ in 0..<6 {
            let set = AddressSet(ipv4: members)
            try KernelLookUps([set]).check(
                members.flatMap(\.edges).map { .v4(IPv4Address(bits: $0)) })
            members.remove(at: Int.random(in: members.indices, using: &random))
            let bits = UInt32.random(in: 0x0a01_0200...0x0a01_02ff, using: &random)
            members += [Prefix(IPv4Address(bits: bits))]
        }
    }

    @Test("real lists")
    func lists() throws {
        guard let folder = ProcessInfo.processInfo.environment["NETCTL_LISTS"] else {
            print("skipped: NETCTL_LISTS names no folder with lists of addresses")
            return
        }
        var random = SeededRandom(seed: 4)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".txt") }.sorted()
        try #require(!files.isEmpty, "\(folder) holds no .txt")
        let sets = try files.map { file in
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            var ipv4: [Prefix<IPv4Address>] = []
            var ipv6: [Prefix<IPv6Address>] = []
            for line in text.split(whereSeparator: \.isNewline) {
                switch try? IPPrefix(
                    line.prefix { $0 != " " && $0 != "#" && $0 != ";" && $0 != "\t" })
                {
                case .v4(let prefix): ipv4.append(prefix)
                case .v6(let prefix): ipv6.append(prefix)
                case nil: break
                }
            }
            return AddressSet(ipv4: ipv4, ipv6: ipv6)
        }
        print("lists: \(files), \(sets.map { $0.ipv4.count + $0.ipv6.count }) prefixes")
        try KernelLookUps(sets).check(count: Self.count, near: 60, using: &random)
    }
}
