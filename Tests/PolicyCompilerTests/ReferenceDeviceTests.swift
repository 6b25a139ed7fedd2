import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// What device lists mean.
@Suite struct ReferenceDeviceTests {
    private static let rules = [
        rule("null", .allow, "c 1:3 rwm"), rule("kvm", .deny, "c 10:232 w"),
        rule("misc", .allow, "c 10:* rw"), rule("disks", .deny, "b *:* rwm"),
        rule("read", .allow, "a *:* r"),
    ]

    private static func rule(_ name: String, _ verdict: AllowOrDeny, _ term: String) -> DeviceRule {
        guard let devices = try? DeviceSyntax.parse(term) else {
            preconditionFailure("'\(term)' is no term")
        }
        return DeviceRule(name: literalName(name), verdict: verdict, devices: devices)
    }

    private func judge(
        _ request: String, monitor: Bool = false
    ) throws -> String {
        let list = DeviceList(name: literalName("l"), defaultVerdict: .deny, rules: Self.rules)
        return try ReferenceDevices(list, monitor: monitor)
            .judge(DeviceSyntax.request(request)).description
    }

    @Test(arguments: [
        ("c 1:3 rw", "pass (rule null)"), ("c 1:3 m", "pass (rule null)"),
        ("c 1:4 r", "pass (rule read)"), ("c 1:4 rw", "drop (default)"),
        ("c 10:232 r", "pass (rule misc)"), ("c 10:232 rw", "drop (rule kvm)"),
        ("c 10:1 rwm", "drop (default)"), ("b 8:0 r", "drop (rule disks)"),
        ("b 1:3 r", "drop (rule disks)"),
    ])
    func theFirstRuleThatMatchesDecides(request: String, judgement: String) throws {
        #expect(try judge(request) == judgement)
    }

    @Test func whatIsMonitoredIsAllowed() throws {
        #expect(try judge("c 10:232 w", monitor: true) == "pass (monitor kvm)")
        #expect(try judge("c 1:4 w", monitor: true) == "pass (monitor)")
        #expect(try judge("c 1:3 w", monitor: true) == "pass (rule null)")
    }

    @Test func aTraceNamesWhatNearlyMatched() throws {
        let list = DeviceList(name: literalName("l"), defaultVerdict: .deny, rules: Self.rules)
        let trace = try ReferenceDevices(list).trace(DeviceSyntax.request("c 1:4 r"))
        #expect(
            trace.map { "\($0.rule) \($0.outcome) \($0.key ?? "-") \($0.wants ?? "-")" } == [
                "null nearly minor 3", "misc nearly major 10", "disks nearly type b",
                "read decided - -",
            ])
    }

    @Test(arguments: ["a", "c 1:* r", "c *:3 r", "a 1:3 r"])
    func aRequestIsForOneDevice(text: String) {
        #expect(throws: DeviceSyntax.Failure.self) { try DeviceSyntax.request(text) }
    }
}
