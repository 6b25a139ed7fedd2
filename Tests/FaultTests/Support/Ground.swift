import BPF
import Datapath
import Foundation
import LinuxSystem
import Policy
import TestSupport
import Testing

/// A hook in one of the ways onto it.
enum HookWay: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case xdp, tcx, clsact
    case cgroupIngress = "cgroup-ingress"
    case cgroupDevice = "cgroup-device"
    /// A program with a link for each CPU, on no hook of packets.
    case kernel

    /// Those that this kernel has.
    static let all = allCases.filter { $0 != .tcx || (try? FeatureProbe.supportsTCX()) == true }

    /// Those on which netctl's own programs judge.
    static let ofPackets = all.filter { $0.hook != nil }

    var testDescription: String { rawValue }

    /// Its place among them.
    var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The hook; nil where only users' programs are.
    var hook: Hook? {
        switch self {
        case .xdp: .xdp
        case .tcx, .clsact: .tcIngress
        case .cgroupIngress: .cgroupIngress
        case .cgroupDevice: .cgroupDevice
        case .kernel: nil
        }
    }

    var mode: AttachMode? {
        switch self {
        case .xdp: .xdp(.generic)
        case .tcx: .tc(.tcx)
        case .clsact: .tc(.clsact)
        case .cgroupIngress, .cgroupDevice, .kernel: nil
        }
    }

    /// How to name the hook and its mode to `netctl attach`.
    fileprivate var words: [String] {
        switch self {
        case .xdp: ["--mode", "xdpgeneric"]
        case .tcx: ["--hook", "tc-ingress", "--tc", "tcx"]
        case .clsact: ["--hook", "tc-ingress", "--tc", "clsact"]
        case .cgroupIngress: ["--hook", "ingress"]
        case .cgroupDevice: ["--hook", "device"]
        case .kernel: []
        }
    }

    /// The same in an entry of `attach:`, with what is to be in force there.
    fileprivate var keys: String {
        switch self {
        case .xdp: "mode: xdpgeneric, xdp: inbound"
        case .tcx: "tc: tcx, tc-ingress: inbound"
        case .clsact: "tc: clsact, tc-ingress: inbound"
        case .cgroupIngress: "ingress: inbound"
        case .cgroupDevice: "device: inbound"
        case .kernel: ""
        }
    }

    /// The same for a program of the user's.
    fileprivate var programKeys: String {
        switch self {
        case .xdp: "mode: xdpgeneric, hook: xdp"
        case .tcx: "tc: tcx, hook: tc-ingress"
        case .clsact: "tc: clsact, hook: tc-ingress"
        case .cgroupIngress: "hook: ingress"
        case .cgroupDevice: "hook: device"
        case .kernel: ""
        }
    }
}

/// Places where a hook can be attached: interfaces of a sandbox, or cgroups.
struct Ground: Sendable {
    let way: HookWay
    /// Interfaces, or paths of cgroups.
    private let names: [String]
    let directory: String

    /// Where a policy stays.
    var kept: String { names[0] }
    /// Where the old policy is, and the new one is not.
    var dropped: String { names[1] }
    /// Where the new policy is, and the old one was not.
    var added: String { names[2] }
    /// Where a person attached, and the old policy is alone.
    var adopted: String { names[3] }

    /// Where a hook is.
    func target(_ place: String) throws -> AttachTarget {
        let hook = try #require(way.hook)
        if hook.place == .cgroup { return try AttachTarget(cgroup: place, hook: hook) }
        return try AttachTarget(interface: place, netns: nil, hook: hook, mode: way.mode)
    }

    /// What follows `netctl attach` or `netctl detach` for a hook.
    func words(_ place: String, attach: Bool = true) -> [String] {
        let name = way.hook?.place == .cgroup ? ["--cgroup", place] : [place]
        return attach ? name + way.words : name
    }

    /// A policy of one rule, in force at some places.
    func text(_ rule: String, at places: [String]) -> String {
        let entries = places.map { "  - { \(entryPlace($0)), \(way.keys) }\n" }.joined()
        let body =
            way.hook == .cgroupDevice
            ? """
            devices:
              inbound:
                default: allow
                rules: [{ name: \(rule), deny: "c 10:232 rwm" }]
            """
            : """
            filters:
              inbound:
                default: pass
                rules: [{ name: \(rule), match: { proto: udp, dport: 4000 }, action: drop }]
            """
        return "version: 1\nname: edge\n\(body)\nattach:\n\(entries)"
    }

    /// What says in an entry of `attach:` where it is.
    func entryPlace(_ place: String) -> String {
        "\(way.hook?.place == .cgroup ? "cgroup" : "interface"): \(place)"
    }

    /// What an entry of `attach:` says of a program beside its place and file.
    var programKeys: String { way.programKeys }

    /// A policy's file.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(directory)/\(name).yaml"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// Runs a test's body on a ground of its own, in a sandbox.
    static func with(
        _ way: HookWay, _ body: @Sendable @escaping (Ground) async throws -> Void
    ) async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = directory.path
            guard way.hook?.place == .cgroup else {
                let names = (0..<4).map { "eth\($0)" }
                for name in names { try addPlace(name) }
                return try await body(Ground(way: way, names: names, directory: path))
            }
            try await withCgroup { cgroup in
                let names = try (0..<4).map { try cgroup.child("c\($0)").path }
                try await body(Ground(way: way, names: names, directory: path))
            }
            _ = directory.path
        }
    }

    /// Makes an interface to attach to.
    static func addPlace(_ name: String) throws {
        try runChecked(["ip", "link", "add", name, "up", "type", "bridge"])
    }
}
