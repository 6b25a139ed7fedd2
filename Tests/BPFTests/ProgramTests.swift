import BPF
import Testing

@Suite(.root, .clang) struct ProgramTests {
    @Test func `a program tells about itself`() throws {
        let object = try Fixture.load()
        let info = try object.program("verdict_of").info
        #expect(info.name == "verdict_of")
        #expect(info.type == .xdp)
        #expect("\(info.type)" == "xdp")
        #expect(info.tag.count == 16)
        #expect(info.loadTimeNanoseconds > 0)
        #expect(info.verifiedInstructions > 0)
        let counters = try object.map("counters", as: Map.self)
        #expect(info.mapIDs.contains(counters.info.id))
        #expect(try Program.ids().contains(info.id))
        #expect(Program.name(id: info.id) == "verdict_of")
        #expect(try Program(id: info.id).info == info)
    }

    @Test func `a program that is gone has no name`() throws {
        let id = try Fixture.load().program("swap").info.id
        // The kernel frees programs a moment later.
        for _ in 0..<1000 where Program.name(id: id) != nil {
            try shell("sleep 0.01")
        }
        #expect(Program.name(id: id) == nil)
        let error = try failure { _ = try Program(id: id) }
        #expect("\(error)" == "open program \(id): it is gone (ENOENT)")
    }

    @Test func `a test run returns the packet`() throws {
        let program = try Fixture.load().program("swap")
        var bytes = packet(source: 1)
        bytes[0] = 0xaa
        let run = try program.testRun(packet: bytes, packetCapacity: 100)
        #expect(run.returnValue == Verdict.tx)
        #expect(run.packet?.count == 60)
        #expect(run.packet?.prefix(2) == [0, 0xaa])
        #expect(try program.testRun(packet: bytes, repeat: 1000).durationNanoseconds < 1_000_000)
    }

    @Test func `a packet that does not fit is an error`() throws {
        let program = try Fixture.load().program("swap")
        let short = try failure { _ = try program.testRun(packet: [1, 2, 3]) }
        #expect(
            "\(short)"
                == "test program swap: a packet of 3 bytes holds no Ethernet header (EINVAL)")
        let small = try failure {
            _ = try program.testRun(packet: packet(source: 1), packetCapacity: 10)
        }
        #expect(
            "\(small)"
                == "test program swap: the packet has 60 bytes afterwards, over packetCapacity "
                + "(ENOSPC)")
    }

    @Test func `a program array calls what is put in it`() throws {
        let object = try Fixture.load()
        let stub = try object.program("stub")
        let body = try object.program("verdict_of")
        let bodies = try object.map("bodies", as: ProgramArray.self)
        let bytes = packet(source: 1)
        #expect(try bodies.programID(at: 1) == nil)
        #expect(try stub.testRun(packet: bytes).returnValue == Verdict.tx)
        try bodies.set(1, body)
        #expect(try bodies.programID(at: 1) == body.info.id)
        #expect(try stub.testRun(packet: bytes).returnValue == Verdict.pass)
        try bodies.clear(1)
        try bodies.clear(1)
        #expect(try stub.testRun(packet: bytes).returnValue == Verdict.tx)
        let error = try failure { try bodies.set(2, body) }
        #expect("\(error)" == "write program array bodies: index 2 is outside 0..<2")

        var other = try Fixture.open()
        try other.loadOnly(programs: ["swap"])
        try other.setFlags(program: "swap", .xdpHasFrags)
        let frags = try other.load().program("swap")
        let misfit = try failure { try bodies.set(0, frags) }
        #expect(
            "\(misfit)"
                == "write program array bodies: swap differs in type or XDP fragments from the "
                + "others (EINVAL)")
    }
}
