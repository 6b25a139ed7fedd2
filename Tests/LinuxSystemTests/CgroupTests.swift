import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite("Cgroups")
struct CgroupTests {
    @Test(
        "the mount is found, alone or beside version 1",
        arguments: [
            (["1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"], "/sys/fs/cgroup"),
            (
                [
                    "1 0 0:1 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
                    "2 1 0:2 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
                    "3 1 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
                ], "/sys/fs/cgroup/unified"
            ),
            (
                [
                    "1 0 0:1 / /run/other rw - cgroup2 cgroup2 rw",
                    "2 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
                ], "/sys/fs/cgroup"
            ),
            // Hidden below another mount, then only a part of the hierarchy.
            (
                [
                    "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
                    "2 0 0:2 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
                    "3 0 0:1 /part /mnt/part rw - cgroup2 cgroup2 rw",
                    "4 0 0:1 / /mnt/whole rw - cgroup2 cgroup2 rw",
                ], "/mnt/whole"
            ),
            (["1 0 0:1 /part /mnt/part rw - cgroup2 cgroup2 rw"], "/mnt/part"),
            (["1 0 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw"], nil),
        ])
    func mount(lines: [String], path: String?) {
        let table = MountTable(mountinfo: lines.joined(separator: "\n"))
        #expect(CgroupMount(in: table)?.path == path)
    }

    @Test("opened by either path; the id finds the path, until it is gone", .requiresRoot)
    func open() throws {
        let mount = try CgroupMount.current()
        try withCgroup { cgroup in
            let child = try cgroup.child("a b")
            let handle = try mount.open(child.path)
            #expect(handle.cgroup.path == "\(cgroup.path)/a b")
            #expect(try FileSystem(of: handle.descriptor) == .cgroup2)
            #expect(try FileIdentity(path: child.directory) == handle.descriptor.identity())
            for path in [child.directory, "/\(child.directory)/", "\(child.path)/./"] {
                #expect(try mount.open(path).cgroup == handle.cgroup)
            }
            #expect(try mount.path(ofID: handle.cgroup.id) == child.path)

            try Directory.remove(child.directory)
            #expect(try mount.path(ofID: handle.cgroup.id) == nil)
            try Directory.make(child.directory)
            #expect(try mount.path(ofID: handle.cgroup.id) == nil)
            #expect(try child.open().cgroup.id != handle.cgroup.id)

            let gone = try failure { _ = try mount.open("\(cgroup.path)/none") }
            #expect(
                "\(gone)" == "open cgroup: \(cgroup.path)/none: no such cgroup below "
                    + "\(mount.path) (ENOENT)")
        }
        #expect(try mount.open("/").cgroup.path == "/")
        #expect(try mount.open(mount.path).cgroup == mount.open("/").cgroup)
        #expect(try mount.path(ofID: mount.open("/").cgroup.id) == "/")
    }

    @Test("what leads elsewhere is refused, and why is said", .requiresRoot)
    func refused() async throws {
        try await withSandbox {
            let mount = try CgroupMount.current()
            let temporary = try TemporaryDirectory()
            let link = temporary.appending("link")
            #expect(symlink(mount.path, link) == 0)
            let other = temporary.path
            let cases = [
                ("relative", "a cgroup's path begins with '/' (EINVAL)"),
                ("", "a cgroup's path begins with '/' (EINVAL)"),
                ("/..", "a cgroup's path has no '..' in it (EINVAL)"),
                ("\(mount.path)/../x", "a cgroup's path has no '..' in it (EINVAL)"),
                ("/a\u{0}b", "a path has no NUL in it (EINVAL)"),
                (
                    other,
                    "it is no cgroup of version 2; those are below \(mount.path) (ENOENT)"
                ),
                (
                    link,
                    "it is not below \(mount.path), where cgroups of version 2 are mounted (ENOENT)"
                ),
                ("/cgroup.procs", "no such cgroup below \(mount.path) (ENOTDIR)"),
            ]
            for (path, reason) in cases {
                let error = try failure { _ = try mount.open(path) }
                #expect("\(error)" == "open cgroup: \(path): \(reason)")
            }
            try withCgroup { cgroup in
                try LinuxSystem.mount(
                    source: "none", target: cgroup.directory, type: "tmpfs")
                defer { try? unmount(cgroup.directory) }
                let error = try failure { _ = try mount.open(cgroup.path) }
                #expect(
                    "\(error)" == "open cgroup: \(cgroup.path): another file system is mounted "
                        + "in its path (EXDEV)")
            }
            // A table that lies, for cgroups have no symbolic links.
            let lie = MountTable(mountinfo: "1 0 0:1 / \(temporary.path) rw - cgroup2 x rw")
            let pretended = try #require(CgroupMount(in: lie))
            let error = try failure { _ = try pretended.open("/link") }
            #expect(error.description.hasSuffix("a symbolic link is in its path (ELOOP)"))
            try Directory.make(temporary.appending("plain"))
            let plain = try failure { _ = try pretended.open("/plain") }
            #expect(plain.errno == .improperLink)
        }
    }

    @Test("a test's cgroup runs commands, and goes with them even if the test fails", .requiresRoot)
    func cleaned() throws {
        struct Failed: Error {}
        var directory = ""
        #expect(throws: Failed.self) {
            try withCgroup { cgroup in
                directory = cgroup.directory
                let child = try cgroup.child("inner").child("innermost")
                let result = try child.run(["cat", "/proc/self/cgroup"])
                #expect(result.stdout.contains("0::\(child.path)\n"))
                // Outlives its parent, and is nobody's to wait for.
                _ = try child.run(["sh", "-c", "sleep 60 >/dev/null 2>&1 &"])
                throw Failed()
            }
        }
        #expect(throws: Errno.noSuchFileOrDirectory) { try FileIdentity(path: directory) }
    }

    private func failure(_ body: () throws -> Void) throws -> SystemError {
        try #require(throws: SystemError.self, performing: body)
    }
}
