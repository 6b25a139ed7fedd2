import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite("Mounts")
struct MountTests {
    private static let text = """
        22 1 253:1 / / rw,relatime shared:1 - ext4 /dev/root rw,errors=continue
        36 22 0:32 /a\\134b /mnt\\040two/x\\011y rw,noatime - bpf bpf\\012 rw,mode=700
        37 22 0:33 / /opt/optional ro shared:9 master:2 - tmpfs none ro
        garbage
        38 22 0:34 / /sys/fs/cgroup rw - cgroup2
        39 36 0:35 / /mnt\\040two/x\\011y rw - cgroup2 top rw

        """

    @Test("fields, escapes and optional fields; malformed lines are left out")
    func parse() {
        let table = MountTable(mountinfo: Self.text)
        #expect(table.mounts.map(\.id) == [22, 36, 37, 39])
        let mount = table.mounts[1]
        #expect(mount.parent == 22)
        #expect(mount.root == "/a\\b")
        #expect(mount.mountPoint == "/mnt two/x\ty")
        #expect(mount.options == ["rw", "noatime"])
        #expect(mount.type == "bpf")
        #expect(mount.source == "bpf\n")
        #expect(mount.superOptions == ["rw", "mode=700"])
        #expect(table.mounts[2].type == "tmpfs")
    }

    @Test("of two mounts on one place the last is seen")
    func find() {
        let table = MountTable(mountinfo: Self.text)
        #expect(table.mount(at: "/mnt two/x\ty")?.type == "cgroup2")
        #expect(table.mount(at: "/nowhere") == nil)
        #expect(table.mounts(ofType: "cgroup2").map(\.id) == [39])
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\\040b", "a b"), ("\\134\\040", "\\ "), ("end\\", "end\\"),
        ("\\04", "\\04"), ("\\999", "\\999"), ("\\777", "\\777"), ("\\303\\274", "ü"), ("", ""),
    ])
    func escapes(text: String, decoded: String) {
        #expect(Mount.decodeEscapes(text[...]) == decoded)
    }

    @Test("this machine's own table")
    func own() throws {
        let table = try MountTable.current()
        #expect(table.mount(at: "/") != nil)
        #expect(table.mount(at: "/proc")?.type == "proc")
        #expect(try MountTable(pid: 1).mount(at: "/") != nil)
        #expect(throws: SystemError.self) { try MountTable(pid: .max) }
    }

    @Test("file systems by magic number")
    func magic() throws {
        #expect(try FileSystem(at: "/proc") == .proc)
        #expect(try FileSystem(at: "/proc/self/ns/net") == .namespaces)
        #expect(throws: Errno.noSuchFileOrDirectory) { try FileSystem.magic(at: "/nowhere") }
    }
}
