import BPF
import SystemPackage
import Testing

@Suite(.root, .clang) struct ObjectTests {
    @Test(arguments: [Verdict.aborted, Verdict.drop, Verdict.pass, Verdict.tx])
    func `a constant decides the verdict`(verdict: UInt32) throws {
        var object = try Fixture.open()
        try object.setGlobal("verdict", to: verdict)
        let run = try object.load().program("verdict_of").testRun(packet: packet(source: 1))
        #expect(run.returnValue == verdict)
        #expect(run.packet == nil)
    }

    @Test func `constants may be structures, and other sections work too`() throws {
        var object = try Fixture.open()
        try object.setGlobal("bias", to: Counter(packets: 9, bytes: 0))
        try object.setGlobal("step", to: UInt32(100))
        try object.setGlobal("runs", to: UInt32(7))
        let loaded = try object.load()
        _ = try loaded.program("verdict_of").testRun(packet: packet(source: 1), repeat: 3)
        let counters = try loaded.map("counters", as: PerCPUArray<Counter>.self)
        #expect(try counters.values(at: 5).reduce(0) { $0 + $1.packets } == 30)
        let bss = try loaded.map(".bss", as: ArrayMap<UInt32>.self)
        #expect(try bss.value(at: 0) == 307)
    }

    @Test func `a constant of another size is refused`() throws {
        let error = try failure {
            var object = try Fixture.open()
            try object.setGlobal("verdict", to: UInt64(1))
        }
        #expect(error.code == .layout)
        #expect(error.description == "set variable verdict: it has 4 bytes, UInt64 has 8")
    }

    @Test func `an unknown name is refused, and the known ones are told`() throws {
        let variable = try failure {
            var object = try Fixture.open()
            try object.setGlobal("verdct", to: UInt32(1))
        }
        #expect(variable.code == .notFound)
        #expect("\(variable)" == "set variable verdct: object 'filter' has no such global")
        let program = try failure {
            var object = try Fixture.open()
            try object.loadOnly(programs: ["swap", "swop"])
        }
        #expect(
            "\(program)"
                == "configure program swop: object 'filter' has no such program; it has verdict_of, "
                + "by_source, stub, swap")
        let map = try failure { _ = try Fixture.load().mapDescriptor("countres") }
        #expect(map.code == .notFound)
        #expect(map.hint == "it has counters, mapped, prefixes, bodies")
    }

    @Test func `only what is wanted is loaded`() throws {
        var object = try Fixture.open()
        try object.loadOnly(programs: ["swap"])
        try object.createOnly(maps: [])
        try object.setFlags(program: "swap", .xdpHasFrags)
        let loaded = try object.load()
        #expect(try loaded.program("swap").info.name == "swap")
        let program = try failure { _ = try loaded.program("stub") }
        #expect("\(program)" == "get program stub: it was configured not to be loaded")
        let map = try failure { _ = try loaded.mapDescriptor("counters") }
        #expect("\(map)" == "get map counters: it was configured not to be created")
    }

    @Test func `maps are configured before they exist`() throws {
        var object = try Fixture.open()
        try object.setMaxEntries(map: "prefixes", 17)
        try object.setFlags(map: "counters", [])
        try object.setValueSize(map: "mapped", bytes: 8)
        let loaded = try object.load()
        #expect(try loaded.map("prefixes", as: Map.self).info.maxEntries == 17)
        #expect(try loaded.map("mapped", as: Map.self).info.valueSize == 8)
    }

    @Test func `a map that the kernel refuses is named`() throws {
        let error = try failure {
            var object = try Fixture.open()
            try object.setFlags(map: "prefixes", [])
            _ = try object.load()
        }
        #expect("\(error)" == "create map prefixes: invalid argument (EINVAL)")
    }

    @Test func `a program that the kernel refuses without a log is named`() throws {
        let error = try failure {
            var object = try Fixture.open()
            try object.setOffloadInterface(program: "swap", 4711)
            _ = try object.load()
        }
        #expect(error.code == .system)
        #expect("\(error)" == "load program swap: invalid argument (EINVAL)")
    }

    @Test func `a map is reused if it fits`() throws {
        let other = try Map.create(
            type: .array, name: "shared", keySize: 4, valueSize: 4, maxEntries: 50)
        let small = try Map.create(
            type: .array, name: "small", keySize: 4, valueSize: 2, maxEntries: 50)
        let hash = try Map.create(
            type: .hash, name: "hash", keySize: 4, valueSize: 4, maxEntries: 50)
        var object = try Fixture.open()
        try object.reuse(map: "mapped", other.descriptor)
        let loaded = try object.load()
        _ = try loaded.program("verdict_of").testRun(packet: packet(source: 1))
        #expect(try ArrayMap<UInt32>(other).value(at: 7) == 1)

        let layout = try failure {
            var object = try Fixture.open()
            try object.reuse(map: "mapped", small.descriptor)
        }
        #expect(layout.code == .layout)
        let type = try failure {
            var object = try Fixture.open()
            try object.reuse(map: "mapped", hash.descriptor)
        }
        #expect("\(type)" == "reuse map mapped: it is of type hash, not array")
    }

    @Test func `what is no object is refused`() throws {
        let error = try failure { _ = try OpenObject(image: Array("no ELF".utf8), name: "junk") }
        #expect(error.code == .object)
        #expect(error.description.hasPrefix("open object junk: "))
        let file = try failure { _ = try OpenObject(path: "/nonexistent/x.o") }
        #expect(file.errno == .noSuchFileOrDirectory)
    }

    @Test func `what is taken from an object outlives it`() throws {
        func take() throws -> Program { try Fixture.load().program("verdict_of") }
        let program = try take()
        #expect(try program.testRun(packet: packet(source: 1)).returnValue == Verdict.pass)
    }
}
