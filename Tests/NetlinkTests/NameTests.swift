import SystemPackage
import Testing

@testable import Netlink

@Suite("Interface names")
struct NameTests {
    @Test(arguments: ["e", "eth0", "eth0.100", "br-lan", "fifteen-bytes-x", "münchen", "..."])
    func valid(name: String) throws {
        #expect(try InterfaceName(name).rawValue == name)
    }

    @Test(arguments: [
        "", ".", "..", "a/b", "a b", "a:b", "a\tb", "a\n", "sixteen-bytes-xy", "a\u{0}b",
        "ünïcödeünïcöde",
    ])
    func invalid(name: String) {
        let error = #expect(throws: NetlinkError.self) { try InterfaceName(name) }
        #expect(error?.errno == .invalidArgument)
    }

    @Test("an error reads as attempt, subject, why and what to do")
    func description() {
        let error = NetlinkError(
            attempt: "attach XDP", subject: "eth0", errno: .init(rawValue: 95),
            extack: "MTU too large", hint: "lower the MTU")
        #expect(error.description == "attach XDP: eth0: MTU too large (EOPNOTSUPP); lower the MTU")
        let plain = NetlinkError(attempt: "find interface", subject: "x", errno: .notPermitted)
        #expect(plain.description == "find interface: x: operation not permitted (EPERM)")
    }

    @Test(arguments: [
        ("eth1", ["eth0", "lo"], "eth0"), ("uplnk", ["uplink", "eth0"], "uplink"),
        ("ethO", ["eth0", "eth1"], "eth0"), ("wlan0", ["eth0", "lo"], nil), ("l", ["lo"], nil),
        ("eth0", [], nil),
    ])
    func nearest(name: String, names: [String], nearest: String?) {
        #expect(nearestName(to: name, in: names) == nearest)
    }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 2)])
    func distance(first: String, second: String, distance: Int) {
        #expect(editDistance(first, second) == distance)
        #expect(editDistance(second, first) == distance)
    }
}
