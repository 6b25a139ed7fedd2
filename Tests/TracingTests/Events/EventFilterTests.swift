import NetTypes
import NetctlABI
import Policy
import Testing

@testable import Tracing

/// What programs are asked for, and what is left to be looked at.
@Suite struct EventFilterTests {
    private func filter(_ change: (inout EventFilter) throws -> Void) rethrows -> EventFilter {
        var filter = EventFilter()
        try change(&filter)
        return filter
    }

    @Test func `everything is wanted if nothing is asked for`() {
        let conditions = EventFilter().conditions
        #expect(conditions.hooks == 0b111_1111)
        #expect(conditions.verdicts == 0b11_1110)
        #expect(conditions.reasons == (1 << NETCTL_REASON_MAX.rawValue) - 1)
        #expect(conditions.port == 0 && conditions.family == 0 && conditions.name == 0)
        #expect(EventFilter().wantsKernel)
    }

    @Test func `a rule is none of the kernel's, and default is no rule`() {
        let telnet = filter { $0.rule = "telnet" }
        #expect(!telnet.wantsKernel)
        #expect(telnet.conditions.hooks == 0b011_1111)
        #expect(telnet.conditions.name != 0)
        let rest = filter { $0.rule = "default" }
        #expect(rest.conditions.name == 0)
        #expect(rest.conditions.reasons & 1 << NETCTL_REASON_RULE.rawValue == 0)
    }

    @Test func `a reason is netctl's or the kernel's`() {
        let own = filter { $0.reason = .own("monitor") }
        #expect(own.conditions.reasons == 1 << NETCTL_REASON_MONITOR.rawValue)
        #expect(!own.wantsKernel)
        let kernel = filter { $0.reason = .kernel(7, "NEIGH_FAILED") }
        #expect(kernel.conditions.hooks == 1 << NETCTL_HOOK_KERNEL.rawValue)
        #expect(kernel.conditions.kernel_reason == 8)
    }

    @Test func `drops are one verdict`() {
        #expect(
            filter { $0.dropsOnly = true }.conditions.verdicts
                == 1 << NETCTL_VERDICT_DROP.rawValue)
    }

    @Test(arguments: [
        ("192.0.2.0/24", UInt8(4), [192, 0, 2, 0], [255, 255, 255, 0]),
        ("192.0.2.5", 4, [192, 0, 2, 5], [255, 255, 255, 255]),
        ("192.0.2.128/25", 4, [192, 0, 2, 128], [255, 255, 255, 128]),
        ("::ffff:192.0.2.1", 4, [192, 0, 2, 1], [255, 255, 255, 255]),
        ("2001:db8::/29", 6, [0x20, 0x01, 0x0d, 0xb8], [255, 255, 255, 0xf8]),
        ("0.0.0.0/0", 4, [0, 0, 0, 0], [0, 0, 0, 0]),
    ])
    func `prefixes are an address and a mask`(
        text: String, family: UInt8, address: [UInt8], mask: [UInt8]
    ) throws {
        let conditions = try filter { $0.prefix = try IPPrefix(text) }.conditions
        #expect(conditions.family == family)
        #expect(withUnsafeBytes(of: conditions.address) { Array($0.prefix(4)) } == address)
        #expect(withUnsafeBytes(of: conditions.mask) { Array($0.prefix(4)) } == mask)
    }

    @Test func `all that is asked of a process has to be true of one of both ends`() {
        let server = EventOwner(
            pid: 10, comm: "nginx", uid: 33, cgroup: "/system.slice/nginx.service",
            unit: "nginx.service", container: nil, origin: "inherit")
        let client = EventOwner(
            pid: 20, comm: "curl", uid: 1000, cgroup: "/user.slice", unit: nil, container: nil,
            origin: "connect")
        let event = Event.sample(from: client, to: server)
        #expect(EventFilter().admits(event))
        #expect(filter { $0.pid = 10 }.admits(event))
        #expect(filter { $0.comm = "curl" }.admits(event))
        #expect(!filter { $0.comm = "cur" }.admits(event))
        #expect(filter { $0.unit = "nginx" }.admits(event))
        #expect(filter { $0.cgroup = "/system.slice" }.admits(event))
        #expect(!filter { $0.cgroup = "/system" }.admits(event))
        #expect(filter { $0.cgroup = "/" }.admits(event))
        let mixed = filter {
            $0.pid = 10
            $0.uid = 1000
        }
        #expect(!mixed.admits(event))
        #expect(!filter { $0.pid = 10 }.admits(.sample(from: nil, to: nil)))
    }
}
