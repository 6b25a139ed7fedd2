import LinuxSystem
import NetTypes
import Netlink
import TestSupport

@testable import Tracing

/// Where the scenarios happen: netctl on all hooks of packets, nftables and programs of somebody else, in
/// a sandbox. The near ends of the pairs are in its network namespace.
final class DropWorld {
    /// netctl and nftables.
    let pair: VethPair
    /// Programs of somebody else: on TC, and on XDP.
    private let foreign: VethPair
    private let frames: VethPair
    /// netctl's XDP.
    private let ownFrames: VethPair
    let places: [String: TestCgroup]
    let directory: TemporaryDirectory
    /// Why nftables is not there; nil: it is.
    private(set) var withoutNftables: String?

    /// An address that nobody has, and one that the block list has.
    private static let nobody = (ipv4: "10.77.0.99", ipv6: "fd00:77::99")
    private static let blocked = (ipv4: "10.77.0.200", ipv6: "fd00:77::c8")
    /// Payloads that the other programs drop.
    private enum Size {
        static let tc = 321
        static let cgroupEgress = 222
        static let cgroupIngress = 223
    }

    init(_ cgroup: TestCgroup) throws {
        pair = try VethPair.create()
        foreign = try VethPair.create(near: "near1", far: "far1", subnet: 78)
        frames = try VethPair.create(near: "near2", far: "far2", subnet: 79)
        ownFrames = try VethPair.create(near: "near3", far: "far3", subnet: 80)
        places = ["server": try cgroup.child("server"), "client": try cgroup.child("client")]
        directory = try TemporaryDirectory()
        try addNeighbours()
        try addForeignPrograms()
        do { try runChecked(["nft", "list", "ruleset"]) } catch { withoutNftables = "\(error)" }
        if withoutNftables == nil { try addNftables() }
        try runChecked([
            Netctl.path, "apply", directory.write(policy, to: "edge.yaml"),
        ])
        try runChecked([
            Netctl.path, "block", "add", Self.blocked.ipv4, Self.blocked.ipv6,
        ])
    }

    /// The file that scenes wait for at `until`.
    var signal: String { directory.appending("go") }

    private func addNeighbours() throws {
        // An answer that does not come is given up after 100 ms.
        for family in ["ipv4", "ipv6"] {
            let folder = "/proc/sys/net/\(family)/neigh/\(pair.near.name)"
            try runChecked([
                "sh", "-c", "echo 1 >\(folder)/mcast_solicit; echo 100 >\(folder)/retrans_time_ms",
            ])
        }
        for address in [Self.blocked.ipv4, Self.blocked.ipv6] {
            try Self.addNeighbour(address, pair.far.mac, on: pair.near.name)
        }
        // What a program drops may be what would find a neighbour.
        try foreign.onFar {
            try Self.addNeighbour(foreign.near.ipv4, foreign.near.mac, on: foreign.far.name)
        }
        try frames.onFar {
            try Self.addNeighbour(frames.near.ipv4, frames.near.mac, on: frames.far.name)
        }
    }

    private static func addNeighbour(_ address: String, _ mac: String, on name: String) throws {
        try runChecked(["ip", "neigh", "add", address, "lladdr", mac, "dev", name])
    }

    private func addForeignPrograms() throws {
        var socket = try NetlinkSocket()
        let index = foreign.near.index
        try socket.createClsact(interfaceIndex: index)
        // Ethernet, IPv4 and UDP before the payload.
        let program = try TCProgram.load(droppingLength: 14 + 20 + 8 + Size.tc, name: "somebodys")
        for direction in [ClsactDirection.ingress, .egress] {
            try socket.addBPFFilter(
                at: ClsactPosition(
                    interfaceIndex: index, direction: direction, priority: 7, handle: 1),
                descriptor: program.rawValue, name: "somebodys")
        }
        let drops = try XDPProgram.load(returning: 1, name: "somebodys")
        try socket.setXDP(
            interfaceIndex: frames.near.index, descriptor: drops.rawValue, flags: .generic)
        for (name, size, isEgress) in [
            ("client", Size.cgroupEgress, true), ("server", Size.cgroupIngress, false),
        ] {
            guard let cgroup = places[name] else { continue }
            try CgroupProgram.attach(
                CgroupProgram.load(droppingLength: 20 + 8 + size, name: "somebodys"), to: cgroup,
                isEgress: isEgress, isExclusive: false)
        }
    }

    private func addNftables() throws {
        func chain(_ hook: String, _ place: DropPlace) -> String {
            "chain \(hook) { type filter hook \(hook) priority 0; meta l4proto { tcp, udp } "
                + "th dport \(place.firstPort)-\(place.lastPort) drop; }; "
        }
        let rules =
            "table inet test { \(chain("input", .nftInput))\(chain("output", .nftOutput))}\n"
        try runChecked(["nft", "-f", directory.write(rules, to: "rules.nft")])
    }

    private var policy: String {
        func rule(_ name: String, _ key: String, _ place: DropPlace, more: String = "") -> String {
            "{ name: \(name), match: { \(key): \(place.firstPort)-\(place.lastPort)\(more) }, "
                + "action: drop, log: true }"
        }
        let data = ", proto: tcp, tcp-flags: psh"
        let filters: [(String, [String])] = [
            ("frames", [rule("all", "dport", .xdp)]),
            (
                "inward",
                [
                    rule("all", "dport", .tcIngress),
                    rule("data", "dport", .tcIngressData, more: data),
                ]
            ),
            (
                "outward",
                [
                    rule("all", "dport", .tcEgress),
                    rule("data", "dport", .tcEgressData, more: data),
                    rule("answers", "sport", .tcEgressAnswer),
                    rule("answer-data", "sport", .tcEgressAnswerData, more: data),
                    rule("watched", "dport", .monitor).replacing("log", with: "monitor"),
                ]
            ),
            (
                "received",
                [
                    rule("all", "dport", .cgroupIngress),
                    rule("data", "dport", .cgroupIngressData, more: data),
                ]
            ),
            ("sent", [rule("all", "dport", .cgroupEgress)]),
        ]
        let texts = filters.map { name, rules in
            "  \(name): { default: pass, rules: [\(rules.joined(separator: ", "))] }"
        }
        return """
            version: 1
            name: edge
            filters:
            \(texts.joined(separator: "\n"))
            attach:
              - { interface: \(ownFrames.near.name), xdp: frames }
              - { interface: \(pair.near.name), tc-ingress: inward, tc-egress: outward }
              - { cgroup: "\(places["server"]?.path ?? "")", ingress: received }
              - { cgroup: "\(places["client"]?.path ?? "")", egress: sent }

            """
    }

    // MARK: Scenes

    private func pair(of place: DropPlace) -> VethPair {
        switch place {
        case .foreignTCIngress, .foreignTCEgress: foreign
        case .foreignXDP: frames
        case .xdp: ownFrames
        default: pair
        }
    }

    /// Starts the processes of a part of a scenario.
    func start(
        _ steps: String, _ part: String, _ scenario: OwnerScenario, family: Int, port: UInt16,
        until word: String
    ) throws -> Scene {
        let pair = pair(of: scenario.drop)
        let isNear = (part == "server") == scenario.drop.serverIsNear
        let (server, client) =
            scenario.drop.serverIsNear ? (pair.near, pair.far) : (pair.far, pair.near)
        func address(_ end: (ipv4: String, ipv6: String)) -> String {
            family == 4 ? end.ipv4 : end.ipv6
        }
        let to =
            scenario.drop == .block ? address(Self.blocked) : address((server.ipv4, server.ipv6))
        let text =
            "comm \(part == "server" ? "srv" : "cli") "
            + steps.replacing("SERVER", with: to).replacing("NOBODY", with: address(Self.nobody))
            .replacing("CLIENT", with: address((client.ipv4, client.ipv6)))
            .replacing("PORT", with: "\(port)").replacing("UDP", with: "udp\(family)")
            .replacing("TCP", with: "tcp\(family)")
        let cgroup = places[part]
        func play() throws -> Scene {
            try Scene(text, in: cgroup, until: word, environment: ["SCENE_UNTIL": signal])
        }
        return isNear ? try play() : try pair.onFar(play)
    }
}
