import BPF
import SystemPackage
import Testing

@Suite(.root, .clang) struct PinTests {
    @Test func `pins keep maps and programs`() throws {
        try withBPFFileSystem { path in
            let mapPin = FilePath("\(path)/mapped")
            let programPin = FilePath("\(path)/swap")
            let object = try Fixture.load()
            try object.map("mapped", as: Map.self).pin(at: mapPin)
            try object.program("swap").pin(at: programPin)

            let map = try ArrayMap<UInt32>(Map(pinned: mapPin))
            try map.update(at: 0, 5)
            #expect(try object.map("mapped", as: ArrayMap<UInt32>.self).value(at: 0) == 5)
            let program = try Program(pinned: programPin)
            #expect(try program.testRun(packet: packet(source: 1)).returnValue == Verdict.tx)

            let taken = try failure { try object.program("stub").pin(at: programPin) }
            #expect(
                "\(taken)"
                    == "pin program at \(programPin): the name is taken (EEXIST); unpin it first")
            let wrong = try failure { _ = try Map(pinned: programPin) }
            #expect(wrong.code == .wrongType)
            #expect(
                "\(wrong)"
                    == "open map \(programPin): it is the pin of a program, not of a map")

            try Pin.remove(at: mapPin)
            let gone = try failure { _ = try Map(pinned: mapPin) }
            #expect(gone.code == .notFound)
            #expect("\(gone)" == "open map \(mapPin): there is no such pin (ENOENT)")
            #expect(try failure { try Pin.remove(at: mapPin) }.code == .notFound)
        }
    }

    @Test func `a pin needs a directory in a bpf file system`() throws {
        let program = try Fixture.load().program("swap")
        let elsewhere = try failure { try program.pin(at: "/tmp/netctl-no-pin") }
        #expect(
            "\(elsewhere)"
                == "pin program at /tmp/netctl-no-pin: /tmp is not in a bpf file system (EPERM); "
                + "mount -t bpf bpf /sys/fs/bpf")
        let missing = try failure { try program.pin(at: "/tmp/netctl-no-directory/pin") }
        #expect(
            "\(missing)"
                == "pin program at /tmp/netctl-no-directory/pin: there is no directory "
                + "/tmp/netctl-no-directory (ENOENT)")
    }
}
