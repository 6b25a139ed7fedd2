import BPF
import TestSupport
import Testing

@Suite(.root, .clang) struct SKBTestRunTests {
    private let frame = Packet.ethernet().ipv4().udp().padded()

    @Test func `a tc program sees the frame, and more if told`() throws {
        let object = try Fixture.loadSKB()
        let run = try object.program("tc_count").testRun(packet: frame, packetCapacity: 100)
        #expect(run.returnValue == Action.next)
        #expect(run.packet == frame)

        var context = SKBContext(mark: 3, priority: 9, interfaceIndex: 1, ingressInterfaceIndex: 2)
        let program = try object.program("tc_context")
        let told = try program.testRun(packet: frame, context: &context, packetCapacity: 100)
        #expect(told.returnValue == 213)
        #expect(told.packet == frame)
        #expect(context.mark == 4)
        #expect(context.priority == 10)

        var nowhere = SKBContext(interfaceIndex: 4711)
        let error = try failure { _ = try program.testRun(packet: frame, context: &nowhere) }
        #expect(
            "\(error)" == "test program tc_context: there is no such interface in this network "
                + "namespace (ENODEV)")
    }

    @Test func `a cgroup skb program sees what follows the Ethernet header`() throws {
        var open = try Fixture.openSKB()
        try open.setExpectedAttachType(program: "congested", .cgroupInetEgress)
        let object = try open.load()
        let run = try object.program("egress").testRun(packet: frame, packetCapacity: 100)
        #expect(run.returnValue == 1)
        #expect(run.packet == [UInt8](repeating: 0, count: 14) + frame.dropFirst(14))
        let long = Packet.ethernet().ipv4().udp(payload: .init(repeating: 0, count: 1200)).bytes
        #expect(try object.program("congested").testRun(packet: long).returnValue == 3)
        let short = try failure { _ = try object.program("egress").testRun(packet: [1]) }
        #expect(short.description.contains("a packet of 1 bytes holds no Ethernet header"))
    }

    @Test func `a cgroup device program cannot be tested`() throws {
        let error = try failure {
            _ = try Fixture.loadSKB().program("device").testRun(packet: frame)
        }
        #expect(
            "\(error)" == "test program device: the kernel cannot test programs of type "
                + "cgroup_device (ENOTSUPP)")
    }

    @Test func `type and hook may be chosen before loading`() throws {
        // 3 is for egress only.
        let refused = try failure {
            var open = try Fixture.openSKB()
            try open.loadOnly(programs: ["congested"])
            try open.setExpectedAttachType(program: "congested", .cgroupInetIngress)
            _ = try open.load()
        }
        #expect(refused.code == .verifier)
        var open = try Fixture.openSKB()
        try open.loadOnly(programs: ["tc_count", "ingress"])
        try open.setType(program: "tc_count", .cgroupSKB)
        try open.setExpectedAttachType(program: "tc_count", .cgroupInetIngress)
        try open.setGlobal("verdict", to: UInt32(1))
        let object = try open.load()
        #expect(try object.program("tc_count").info.type == .cgroupSKB)
        #expect(try object.program("ingress").info.type == .cgroupSKB)
        let unknown = try failure {
            var open = try Fixture.openSKB()
            try open.setType(program: "tc_cnt", .schedCls)
        }
        #expect(unknown.code == .notFound)
    }

    @Test(arguments: [
        (ProgramType.schedCls, "sched_cls"), (.cgroupSKB, "cgroup_skb"),
        (.cgroupDevice, "cgroup_device"),
    ])
    func `types have the kernel's names`(type: ProgramType, name: String) throws {
        #expect("\(type)" == name)
        #expect(try FeatureProbe.supports(programType: type))
    }

    @Test(arguments: [
        (AttachType.cgroupInetIngress, "cgroup_inet_ingress"),
        (.cgroupInetEgress, "cgroup_inet_egress"), (.cgroupDevice, "cgroup_device"),
        (.tcxIngress, "tcx_ingress"), (.tcxEgress, "tcx_egress"),
        (AttachType(rawValue: 999), "attach type 999"),
    ])
    func `hooks have the kernel's names`(type: AttachType, name: String) {
        #expect("\(type)" == name)
    }
}
