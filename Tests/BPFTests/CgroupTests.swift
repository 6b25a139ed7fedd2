import BPF
import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Suite(.root, .clang) struct CgroupTests {
    private static let send = ["bash", "-c", "echo x >/dev/udp/127.0.0.1/9"]

    /// Runs `body` with a cgroup, in a network namespace whose loopback is up.
    private func inCgroup(_ body: @escaping (TestCgroup) throws -> Void) throws {
        try inNewNetworkNamespace {
            try shell("ip link set lo up")
            try withCgroup(body)
        }
    }

    @Test func `packets of the cgroup and of those below are seen, others are not`() throws {
        try inCgroup { cgroup in
            let object = try Fixture.loadSKB()
            let seen = try object.map("seen", as: ArrayMap<UInt64>.self)
            let handle = try cgroup.open()
            let link = try Link.attachCgroup(
                program: object.program("egress"), cgroup: handle.descriptor,
                type: .cgroupInetEgress)
            let info = try link.info
            #expect(info.type == .cgroup)
            #expect(info.attachType == .cgroupInetEgress)
            #expect(info.cgroupID == handle.cgroup.id)
            #expect(info.interfaceIndex == nil)
            #expect(try info.programID == object.program("egress").info.id)

            #expect(try cgroup.run(Self.send).status == 0)
            #expect(try seen.value(at: 0) == 1)
            #expect(try cgroup.child("below").run(Self.send).status == 0)
            #expect(try seen.value(at: 0) == 2)
            #expect(try run(Self.send).status == 0)
            #expect(try seen.value(at: 0) == 2)
            try link.detach()
            #expect(try link.info.cgroupID == 0)
            #expect(try cgroup.run(Self.send).status == 0)
            #expect(try seen.value(at: 0) == 2)
        }
    }

    @Test func `all programs run, and one that forbids is enough`() throws {
        try inCgroup { cgroup in
            let first = try Fixture.loadSKB()
            var open = try Fixture.openSKB()
            try open.setGlobal("allowed", to: UInt32(0))
            let second = try open.load()
            let child = try cgroup.child("below")
            func attach(
                _ object: borrowing LoadedObject, _ name: String, _ type: AttachType,
                _ cgroup: TestCgroup
            ) throws -> Link {
                try Link.attachCgroup(
                    program: object.program(name), cgroup: cgroup.open().descriptor, type: type)
            }
            func programs(
                _ cgroup: TestCgroup, effective: Bool = false
            ) throws -> AttachedPrograms {
                try AttachedPrograms(
                    cgroup: cgroup.open().descriptor, type: .cgroupInetEgress,
                    effective: effective)
            }
            #expect(try programs(cgroup).entries.isEmpty)
            let parents = try attach(first, "egress", .cgroupInetEgress, cgroup)
            let beside = try attach(first, "congested", .cgroupInetEgress, cgroup)
            let own = try attach(second, "egress", .cgroupInetEgress, child)
            let all = try [own.info, parents.info, beside.info].map(\.programID)
            #expect(try programs(cgroup).programIDs == [all[1], all[2]])
            #expect(try programs(cgroup).flags == .allowMulti)
            #expect(try programs(cgroup).entries.map(\.linkID) == [nil, nil])
            #expect(try programs(child).programIDs == [all[0]])
            // The kernel's order: the cgroup's own first, then those of the cgroups above.
            let effective = try programs(child, effective: true)
            #expect(effective.programIDs.filter(all.contains) == all)
            #expect(effective.flags == [])
            #expect(effective.revision == nil)

            #expect(try cgroup.run(Self.send).status == 0)
            #expect(try child.run(Self.send).status != 0)
            let seen = try first.map("seen", as: ArrayMap<UInt64>.self)
            #expect(try seen.value(at: 0) == 2)
            try own.update(program: first.program("congested"))
            #expect(try child.run(Self.send).status == 0)

            let receiver = try attach(second, "ingress", .cgroupInetIngress, child)
            #expect(try receiver.info.attachType == .cgroupInetIngress)
            try receiver.detach()
            try own.detach()
            try parents.detach()
            try beside.detach()
        }
    }

    @Test func `a device is denied to the cgroup alone; a pin keeps it so`() throws {
        try withBPFFileSystem { path in
            try inCgroup { cgroup in
                let pin = FilePath("\(path)/device")
                let object = try Fixture.loadSKB()
                try Link.attachCgroup(
                    program: object.program("device"), cgroup: cgroup.open().descriptor,
                    type: .cgroupDevice
                ).pin(at: pin)
                let read = { (name: String) in ["dd", "if=/dev/\(name)", "count=1", "of=/dev/null"]
                }
                let denied = try cgroup.run(read("zero"))
                #expect(denied.status != 0 && denied.stderr.contains("not permitted"))
                #expect(try cgroup.run(read("full")).status == 0)
                #expect(try run(read("zero")).status == 0)
                let info = try Link(pinned: pin).info
                #expect(info.attachType == .cgroupDevice)
                try Pin.remove(at: pin)
                // A child of a parallel test may hold a copy of the descriptor until it calls exec.
                for _ in 0..<20_000 where (try? Link(id: info.id)) != nil {
                    usleep(1000)
                }
                #expect(try cgroup.run(read("zero")).status == 0)
            }
        }
    }

    @Test func `a link does not keep its cgroup`() throws {
        try inCgroup { cgroup in
            let child = try cgroup.child("gone")
            let handle = try child.open()
            let object = try Fixture.loadSKB()
            let link = try Link.attachCgroup(
                program: object.program("egress"), cgroup: handle.descriptor,
                type: .cgroupInetEgress)
            try Directory.remove(child.directory)
            // The kernel lets go of the programs a moment later.
            for _ in 0..<20_000 where try link.info.cgroupID != 0 {
                usleep(1000)
            }
            #expect(try link.info.cgroupID == 0)
            let update = try failure { try link.update(program: object.program("egress")) }
            #expect("\(update)".hasSuffix(": what it was attached to is gone (ENOLINK)"))
            let attach = try failure {
                _ = try Link.attachCgroup(
                    program: object.program("egress"), cgroup: handle.descriptor,
                    type: .cgroupInetEgress)
            }
            #expect(
                "\(attach)" == "attach egress to cgroup_inet_egress: the cgroup was removed "
                    + "(ENOENT)")
        }
    }

    @Test func `what is refused is said`() throws {
        try inCgroup { cgroup in
            let object = try Fixture.loadSKB()
            let handle = try cgroup.open()
            let directory = try OwnedDescriptor.open("/tmp", .directory)
            let elsewhere = try failure {
                _ = try Link.attachCgroup(
                    program: object.program("egress"), cgroup: directory, type: .cgroupInetEgress)
            }
            #expect(
                "\(elsewhere)" == "attach egress to cgroup_inet_egress: the descriptor is of no "
                    + "cgroup of version 2 (EBADF)")
            let query = try failure {
                _ = try AttachedPrograms(cgroup: directory, type: .cgroupDevice)
            }
            #expect(
                "\(query)" == "list programs on cgroup_device: the descriptor is of no cgroup of "
                    + "version 2 (EBADF)")
            let type = try failure {
                _ = try Link.attachCgroup(
                    program: object.program("device"), cgroup: handle.descriptor,
                    type: .cgroupInetEgress)
            }
            #expect(
                "\(type)" == "attach device to cgroup_inet_egress: the program is of type "
                    + "cgroup_device, the hook takes cgroup_skb (EINVAL)")
            let hook = try failure {
                _ = try Link.attachCgroup(
                    program: object.program("congested"), cgroup: handle.descriptor,
                    type: .cgroupInetIngress)
            }
            #expect(
                "\(hook)" == "attach congested to cgroup_inet_ingress: invalid argument (EINVAL)")

            // An owner who wants no other: attached the old way, without a link.
            try withBPFFileSystem { path in
                try object.program("egress").pin(at: FilePath("\(path)/egress"))
                try shell(
                    "bpftool cgroup attach '\(cgroup.directory)' cgroup_inet_egress "
                        + "pinned '\(path)/egress'")
            }
            #expect(
                try AttachedPrograms(cgroup: handle.descriptor, type: .cgroupInetEgress).flags == []
            )
            let taken = try failure {
                _ = try Link.attachCgroup(
                    program: object.program("egress"), cgroup: handle.descriptor,
                    type: .cgroupInetEgress)
            }
            #expect(
                "\(taken)" == "attach egress to cgroup_inet_egress: the program attached there "
                    + "allows no other beside it (EPERM)")
            let below = try failure {
                _ = try Link.attachCgroup(
                    program: object.program("egress"),
                    cgroup: cgroup.child("below").open().descriptor,
                    type: .cgroupInetEgress)
            }
            #expect(
                "\(below)" == "attach egress to cgroup_inet_egress: the program attached to a "
                    + "cgroup above allows none below (EPERM)")
        }
    }
}
