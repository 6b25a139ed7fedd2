import BPF
import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Suite(.root, .clang) struct TracingTests {
    private func load(_ program: String) throws -> LoadedObject {
        var object = try OpenObject(image: Fixture.tracing.get(), name: "tracing")
        try object.loadOnly(programs: [program])
        return try object.load()
    }

    private func seen(_ object: borrowing LoadedObject) throws -> UInt64 {
        try object.map(".bss", as: ArrayMap<UInt64>.self).value(at: 0)
    }

    @Test func `a tracepoint with typed arguments`() throws {
        let object = try load("typed_exit")
        let link = try Link.attachTracing(program: object.program("typed_exit"))
        #expect([.tracing, .rawTracepoint].contains(try link.info.type))
        #expect(try run(["true"]).status == 0)
        #expect(try seen(object) > 0)
    }

    @Test func `a raw tracepoint, pinned and gone again`() throws {
        try withBPFFileSystem { path in
            let object = try load("raw_exit")
            let pin = FilePath("\(path)/exit")
            try Link.attachRawTracepoint(
                program: object.program("raw_exit"), tracepoint: "sched_process_exit"
            ).pin(at: pin)
            #expect(try Link(pinned: pin).info.type == .rawTracepoint)
            #expect(try run(["true"]).status == 0)
            #expect(try seen(object) > 0)
            try Pin.remove(at: pin)
        }
    }

    @Test func `an iterator walks when it is read`() throws {
        let object = try load("tasks")
        let link = try Link.attachIterator(program: object.program("tasks"))
        #expect(try link.info.type == .iterator)
        for _ in 0..<2 {
            let numbers = try link.iterate(as: UInt64.self)
            #expect(numbers.contains(UInt64(getpid())) && numbers.contains(UInt64(getppid())))
        }
    }

    @Test func `sockets of a cgroup`() throws {
        try withCgroup { cgroup in
            let object = try load("made")
            let link = try Link.attachCgroup(
                program: object.program("made"), cgroup: cgroup.open().descriptor,
                type: .cgroupSocketCreate)
            #expect(try link.info.attachType == .cgroupSocketCreate)
            #expect(try seen(object) == 0)
            _ = try cgroup.run(["bash", "-c", "echo x >/dev/udp/127.0.0.1/9"])
            #expect(try seen(object) == 1)
        }
    }

    @Test func `what is in the way is said`() throws {
        let typed = try load("typed_exit").program("typed_exit")
        let raw = try load("raw_exit").program("raw_exit")
        let unknown = try failure {
            _ = try Link.attachRawTracepoint(program: raw, tracepoint: "no_such")
        }
        #expect(
            "\(unknown)"
                == "attach raw_exit to tracepoint no_such: this kernel has no such tracepoint"
                + " (ENOENT)")
        let other = try failure { _ = try Link.attachIterator(program: raw) }
        #expect(
            "\(other)"
                == "attach raw_exit: the program is of type raw_tracepoint, the hook takes tracing"
                + " (EINVAL)")
        let walk = try failure {
            _ = try Link.attachTracing(program: typed).openIterator()
        }
        #expect(walk.errno == .invalidArgument)
        let socket = try failure {
            try withCgroup { cgroup in
                _ = try Link.attachCgroup(
                    program: raw, cgroup: cgroup.open().descriptor, type: .cgroupSocketCreate)
            }
        }
        #expect("\(socket)".contains("the hook takes cgroup_sock (EINVAL)"))
    }
}
