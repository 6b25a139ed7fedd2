import Foundation
import Glibc
import LinuxSystem
import NetTypes

/// A network namespace with one interface, the other end of which is here.
///
/// Every drop point has one of its own, so that none of them sees what another one installed.
struct Receiver {
    /// The namespace, in `/run/netns`.
    let namespace: String
    /// Its interface; no two receivers' have the same name, for `netctl apply --interface` means all.
    let interface: String
    /// The index of this end.
    let senderIndex: UInt32

    static let hardwareAddress: [UInt8] = [2, 0, 0, 0, 0, 2]

    /// Makes namespace and interfaces.
    init(number: Int) throws {
        namespace = "bench-\(number)"
        interface = "rx\(number)"
        let sender = "tx\(number)"
        try Tool.run(["ip", "netns", "add", namespace])
        try Tool.run([
            "ip", "link", "add", sender, "type", "veth", "peer", "name", interface, "netns",
            namespace,
        ])
        let address = Self.hardwareAddress.map { $0 < 16 ? "0\($0)" : "\($0)" }
        senderIndex = if_nametoindex(sender)
        // Nobody is to send anything by itself.
        try Tool.run(["sysctl", "-qw", "net.ipv6.conf.\(sender).disable_ipv6=1"])
        try run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
        // Without GRO or XDP behind it a veth takes no XDP frames.
        try run("ethtool", "-K", interface, "gro", "on")
        try run(
            "ip", "link", "set", interface, "address", address.joined(separator: ":"), "up")
        try Tool.run(["ip", "link", "set", sender, "up"])
    }

    /// A command in the namespace, with this process's file systems.
    func command(_ arguments: [String]) -> [String] {
        ["nsenter", "--net=/run/netns/\(namespace)"] + arguments
    }

    /// Does something, what it spawns included, in the namespace.
    func perform<Result>(_ work: () throws -> Result) throws -> Result {
        try NetworkNamespace(named: namespace).openExisting().perform(work)
    }

    @discardableResult
    func run(_ arguments: String...) throws -> String { try Tool.run(command(arguments)) }

    /// How many packets the interface has received, those that XDP dropped included.
    func received() throws -> UInt64 {
        try InterfaceCounters.received(
            Tool.run([
                "ip", "-netns", namespace, "-statistics", "-json", "link", "show", interface,
            ]))
    }

    /// Removes both.
    func remove() throws { try Tool.run(["ip", "netns", "delete", namespace]) }
}
