import BPF
import BPFObjects
import LinuxSystem
import NetTypes
import NetctlABI
import TestSupport
import Testing

@testable import Tracing

@Suite("Context on and off", .requiresRoot, .serialized)
struct ContextSwitchTests {
    private static let pins = "/sys/fs/bpf/netctl/context"

    private func turnOn(trackingUsers: Bool = false) throws -> Bool {
        try ContextSwitch.turnOn(trackingUsers: trackingUsers) { _ in }
    }

    @Test func `it survives the process that switched it on, and off removes all of it`()
        async throws
    {
        try await withSandbox {
            #expect(try ContextSwitch.status() == nil)
            #expect(try netctl("context", "on").status == 0)
            let status = try #require(try ContextSwitch.status())
            #expect(status.missing.isEmpty && status.programs >= 12)
            #expect(status.fill.room == 65536 && status.fill.full == 0 && !status.isDegraded)
            #expect(status.bytes > 8 << 20)
            let again = try netctl("context", "on")
            #expect(again.status == 0 && again.stderr.contains("context was on already"))
            let other = try netctl("context", "on", "--track-users")
            #expect(other.status == 1 && other.stderr.contains("it is on, without --track-users"))
            #expect(try netctl("context", "off").status == 0)
            #expect((try? FileIdentity(path: "/sys/fs/bpf/netctl")) == nil)
            #expect(try ContextSwitch.status() == nil)
            let off = try netctl("context", "off")
            #expect(off.status == 0 && off.stderr.contains("context was off already"))
        }
    }

    @Test func `attachments and the context leave one another alone`() async throws {
        try await withSandbox {
            try runChecked(["ip", "link", "add", "eth9", "type", "veth", "peer", "name", "far9"])
            #expect(try netctl("attach", "eth9", "--mode", "xdpgeneric").status == 0)
            #expect(try turnOn())
            #expect(try netctl("detach", "--all").status == 0)
            #expect(try ContextSwitch.status() != nil)
            #expect(try netctl("attach", "eth9", "--mode", "xdpgeneric").status == 0)
            #expect(try ContextSwitch.turnOff { _ in })
            let status = try netctl("status", "-o", "json")
            #expect(status.stdout.contains("eth9"))
        }
    }

    @Test func `others' programs at the root of all cgroups stay, and run`() async throws {
        try await withSandbox {
            let root = try CgroupMount.current().open("/")
            let maps = try ContextMaps.create(remembering: false)
            var loader = ContextLoader()
            loader.attach(
                [
                    [
                        ContextProgram(
                            name: "socket_create", object: BPFObjects.socketContext,
                            hook: .cgroup(.cgroupSocketCreate), purpose: "somebody else's")
                    ]
                ], sharing: maps)
            let other = try #require(loader.links.first).link.info.programID
            func programs() throws -> [UInt32] {
                try AttachedPrograms(cgroup: root.descriptor, type: .cgroupSocketCreate).programIDs
            }
            func isRunning() throws -> Bool {
                let cookie = try Scene("udp4 cookie one wait").socket("one").cookie
                return try maps.context.value(for: cookie) != nil
                    || maps.recent.value(for: cookie) != nil
            }
            #expect(try programs().contains(other))
            #expect(try turnOn())
            #expect(try programs().contains(other) && isRunning())
            #expect(try ContextSwitch.turnOff { _ in })
            #expect(try programs().contains(other) && isRunning())
        }
    }

    @Test func `what a killed command left is said, and removed by the next`() async throws {
        try await withSandbox {
            #expect(try turnOn())
            try Directory.unlink("\(Self.pins)/about")
            let status = try netctl("context", "status")
            #expect(status.status == 1 && status.stderr.contains("has left a part of it"))
            // Readers begin anew.
            #expect(try SocketContext.open().isPinned == false)
            #expect(try turnOn())
            #expect(try ContextSwitch.status()?.missing == [])
            try Directory.unlink("\(Self.pins)/socket_create")
            #expect(try ContextSwitch.status()?.missing == ["socket_create"])
            #expect(try ContextSwitch.status()?.isDegraded == true)
            #expect(try ContextSwitch.turnOff { _ in })
        }
    }

    @Test func `a full map is counted, and says that it is degraded`() async throws {
        try await withSandbox {
            let maps = try ContextMaps.create(remembering: false)
            // On a machine where nothing else runs it is the only one.
            let socket = try TCPSocket(like: .v4(IPv4Address(bits: 0x7f00_0001)))
            var record = netctlSocket
            for cookie in 1...UInt64(maps.context.capacity) {
                record.cookie = cookie << 32
                try maps.context.update(record.cookie, record)
            }
            _ = try maps.importSockets()
            #expect(try maps.totals.value(at: 0).full > 0)
            withExtendedLifetime(socket) {}
        }
    }
}
