import BPF
import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite(.root, .clang, .tcx) struct TCXTests {
    /// Runs `body` in a network namespace with a veth pair, on one end of it.
    private func onVeth(_ body: @escaping (Int32) throws -> Void) throws {
        try inNewNetworkNamespace {
            try shell("ip link add v0 type veth peer name v1 && ip link set v0 up")
            try body(Int32(if_nametoindex("v0")))
        }
    }

    /// Sends a datagram out of v0 and answers what was counted since the last time.
    private func send(_ object: borrowing LoadedObject) throws -> [UInt64] {
        let seen = try object.map("seen", as: ArrayMap<UInt64>.self)
        try seen.update(at: 0, 0)
        try seen.update(at: 1, 0)
        try shell("bash -c 'echo x >/dev/udp/10.1.0.2/9'")
        return try [seen.value(at: 0), seen.value(at: 1)]
    }

    private func address() throws {
        try shell(
            """
            sysctl -qw net.ipv6.conf.v0.disable_ipv6=1
            ip address add 10.1.0.1/24 dev v0
            ip link set v1 up
            ip neighbour replace 10.1.0.2 lladdr 02:00:00:00:00:02 dev v0
            """)
    }

    @Test(arguments: TCXDirection.allCases)
    func `attach, update, detach`(direction: TCXDirection) throws {
        try onVeth { interface in
            let object = try Fixture.loadSKB()
            let count = try object.program("tc_count")
            let other = try object.program("tc_other")
            let link = try Link.attachTCX(
                program: count, interfaceIndex: interface, direction: direction)
            let info = try link.info
            #expect(info.type == .tcx)
            #expect("\(info.type)" == "tcx")
            #expect(info.interfaceIndex == interface)
            #expect(info.attachType == direction.attachType)
            #expect(info.cgroupID == nil)
            #expect(try info.programID == count.info.id)

            try link.update(program: other, expecting: count)
            #expect(try link.info.programID == other.info.id)
            let stale = try failure { try link.update(program: count, expecting: count) }
            #expect("\(stale)".hasSuffix(": another program is in force (EPERM)"))

            try link.detach()
            #expect(try link.info.interfaceIndex == 0)
            let gone = try failure { try link.update(program: count) }
            #expect("\(gone)".hasSuffix(": what it was attached to is gone (ENOLINK)"))
        }
    }

    @Test func `programs run in the order in which they are placed`() throws {
        try onVeth { interface in
            let first = try Fixture.loadSKB()
            let second = try Fixture.loadSKB()
            let third = try Fixture.loadSKB()
            func attach(
                _ object: borrowing LoadedObject, _ name: String, _ position: TCXPosition
            ) throws -> Link {
                try Link.attachTCX(
                    program: object.program(name), interfaceIndex: interface, direction: .egress,
                    position: position)
            }
            func attached() throws -> AttachedPrograms {
                try AttachedPrograms(interfaceIndex: interface, direction: .egress)
            }
            #expect(try attached().entries.isEmpty)
            let a = try attach(first, "tc_count", .last)
            let b = try attach(first, "tc_other", .last)
            let c = try attach(second, "tc_count", .first)
            let d = try attach(second, "tc_other", .after(programID: a.info.programID))
            let e = try attach(third, "tc_count", .before(programID: b.info.programID))
            let f = try attach(third, "tc_other", .beforeLink(id: c.info.id))
            let g = try attach(first, "tc_context", .afterLink(id: f.info.id))
            let ids = try [f.info, g.info, c.info, a.info, d.info, e.info, b.info]
            let all = try attached()
            #expect(all.programIDs == ids.map(\.programID))
            #expect(all.entries.map(\.linkID) == ids.map(\.id))
            let others = try AttachedPrograms(interfaceIndex: interface, direction: .ingress)
            #expect(others.programIDs.isEmpty)
            try a.detach()
            #expect(try attached().entries == all.entries.filter { $0.linkID != ids[3].id })
        }
    }

    @Test func `a verdict ends the walk, what only counts does not`() throws {
        try onVeth { interface in
            try address()
            for (verdict, expected) in [(Action.next, 1), (Action.ok, 0), (Action.shot, 0)] {
                var open = try Fixture.openSKB()
                try open.setGlobal("verdict", to: verdict)
                let object = try open.load()
                let first = try Link.attachTCX(
                    program: object.program("tc_count"), interfaceIndex: interface,
                    direction: .egress)
                let second = try Link.attachTCX(
                    program: object.program("tc_other"), interfaceIndex: interface,
                    direction: .egress)
                #expect(try send(object) == [1, UInt64(expected)])
                try first.detach()
                #expect(try send(object) == [0, 1])
                try second.detach()
                #expect(try send(object) == [0, 0])
            }
        }
    }

    @Test func `dropping detaches, a pin keeps, deleting an interface leaves a husk`() throws {
        try withBPFFileSystem { path in
            try onVeth { interface in
                let pin = FilePath("\(path)/link")
                let object = try Fixture.loadSKB()
                func attached() throws -> [UInt32] {
                    try AttachedPrograms(interfaceIndex: interface, direction: .ingress).programIDs
                }
                func attach() throws -> Link {
                    try Link.attachTCX(
                        program: object.program("tc_count"), interfaceIndex: interface,
                        direction: .ingress)
                }
                #expect(try attach().info.interfaceIndex == interface)
                // A child of a parallel test may hold a copy of the descriptor until it calls exec.
                for _ in 0..<20_000 where try !attached().isEmpty {
                    usleep(1000)
                }
                #expect(try attached().isEmpty)

                try attach().pin(at: pin)
                #expect(try attached() == [object.program("tc_count").info.id])
                let link = try Link(pinned: pin)
                try shell("ip link set v0 down && ip link set v0 name renamed")
                #expect(try link.info.interfaceIndex == interface)
                try shell("ip link delete renamed")
                #expect(try link.info.interfaceIndex == 0)
                try Pin.remove(at: pin)
            }
        }
    }

    @Test func `what is refused is said`() throws {
        try onVeth { interface in
            let object = try Fixture.loadSKB()
            let program = try object.program("tc_count")
            let place = "attach tc_count to egress of interface \(interface): "
            func refusal(
                _ program: borrowing Program, _ interface: Int32, _ position: TCXPosition = .last,
                expecting revision: UInt64? = nil
            ) throws -> String {
                let error = try failure {
                    _ = try Link.attachTCX(
                        program: program, interfaceIndex: interface, direction: .egress,
                        position: position, expecting: revision)
                }
                return "\(error)"
            }
            let link = try Link.attachTCX(
                program: program, interfaceIndex: interface, direction: .egress)
            #expect(
                try refusal(program, interface)
                    == place + "this program is attached there already (EEXIST); "
                    + "load it a second time")
            let other = try object.program("tc_other")
            let placeOther = "attach tc_other to egress of interface \(interface): "
            let beside = try refusal(
                other, interface, .before(programID: object.program("tc_context").info.id))
            #expect(
                beside == placeOther
                    + "the program or link to be placed beside is not there (ENOENT)")
            let revision = try #require(
                try AttachedPrograms(interfaceIndex: interface, direction: .egress).revision)
            #expect(
                try refusal(other, interface, expecting: revision + 1)
                    == placeOther + "the programs there have changed meanwhile (ESTALE); "
                    + "read them again")
            let second = try Link.attachTCX(
                program: other, interfaceIndex: interface, direction: .egress, expecting: revision)
            #expect(
                try refusal(program, 4711)
                    == "attach tc_count to egress of interface 4711: there is no such interface "
                    + "in this network namespace (ENODEV)")
            let xdp = try refusal(Fixture.load().program("swap"), interface)
            #expect(
                xdp == "attach swap to egress of interface \(interface): the program is of type "
                    + "xdp, the hook takes sched_cls (EINVAL)")
            let missing = try failure {
                _ = try AttachedPrograms(interfaceIndex: 4711, direction: .ingress)
            }
            #expect(
                "\(missing)" == "list programs on ingress of interface 4711: there is no such "
                    + "interface in this network namespace (ENODEV)")
            try second.detach()
            try link.detach()
        }
    }

    @Test func `a hook holds 63 programs`() throws {
        try onVeth { interface in
            try withBPFFileSystem { path in
                for number in 0..<63 {
                    var open = try Fixture.openSKB()
                    try open.loadOnly(programs: ["tc_count"])
                    let link = try Link.attachTCX(
                        program: open.load().program("tc_count"), interfaceIndex: interface,
                        direction: .egress)
                    try link.pin(at: FilePath("\(path)/\(number)"))
                }
                let error = try failure {
                    _ = try Link.attachTCX(
                        program: Fixture.loadSKB().program("tc_count"), interfaceIndex: interface,
                        direction: .egress)
                }
                #expect(
                    error.description.hasSuffix(
                        ": 63 programs are attached there, and no more can be (ERANGE)"))
                let all = try AttachedPrograms(interfaceIndex: interface, direction: .egress)
                #expect(Set(all.programIDs).count == 63)
            }
        }
    }
}
