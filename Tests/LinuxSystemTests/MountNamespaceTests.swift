import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite("Mount namespaces")
struct MountNamespaceTests {
    @Test(
        "the parent is read behind the last parenthesis",
        arguments: [
            ("1234 (bash) S 77 1234", Int32(77)), ("1 (a (b) c) S 0 1", 0),
            ("9 (evil) S 1 (x) R 42 1", 42), ("9 (new\nline) S 5 1", 5), ("9 (x) S", nil),
            ("", nil), ("9 x S 1", nil), ("9 (x) S y 1", nil),
        ])
    func stat(text: String, parent: Int32?) {
        #expect(ProcessStatus(stat: text)?.parent == parent)
    }

    @Test("the walk ends at the first that matches, at the root, and in a circle")
    func walk() {
        let parents: [Int32: Int32] = [9: 8, 8: 7, 7: 1, 1: 0, 20: 21, 21: 20]
        func nearest(_ pid: Int32, _ matching: Set<Int32>) -> Int32? {
            MountNamespace.nearestAncestor(of: pid, parent: { parents[$0] }) {
                matching.contains($0)
            }
        }
        #expect(nearest(9, [7, 1]) == 7)
        #expect(nearest(9, [1]) == 1)
        #expect(nearest(9, [9]) == nil)
        #expect(nearest(9, []) == nil)
        #expect(nearest(20, []) == nil)
        #expect(nearest(5, [1]) == nil)
    }

    @Test("a mount made in another mount namespace stays there", .requiresRoot)
    func perform() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        var holder = try BackgroundCommand([
            "unshare", "-m", "sh", "-c", "echo ready; exec sleep 60",
        ])
        try holder.waitForOutput("ready")
        let own = try MountNamespace.current
        let other = try MountNamespace(pid: holder.pid)
        #expect(own != other)

        let seen = try MountNamespace.perform(inMountNamespaceOf: holder.pid) {
            try mount(source: "netctl-test", target: path, type: "bpf", data: "mode=700")
            return (
                try MountNamespace.current, try FileSystem(at: path),
                MountNamespace.nearestAncestorInAnotherMountNamespace()
            )
        }
        #expect(seen.0 == other)
        #expect(seen.1 == .bpf)
        #expect(seen.2 != nil)
        #expect(try FileSystem(at: path) != .bpf)
        #expect(try MountNamespace.current == own)
        #expect(try MountTable(pid: holder.pid).mount(at: path)?.source == "netctl-test")

        try MountNamespace.perform(inMountNamespaceOf: holder.pid) { try unmount(path) }
        #expect(try MountTable(pid: holder.pid).mount(at: path) == nil)
    }

    @Test("errors of the body and of the way in come through", .requiresRoot)
    func failures() {
        #expect(throws: Errno.invalidArgument) {
            try MountNamespace.perform(inMountNamespaceOf: getpid()) { throw Errno.invalidArgument }
        }
        let error = #expect(throws: SystemError.self) {
            try MountNamespace.perform(inMountNamespaceOf: .max) {}
        }
        #expect(error?.errno == .noSuchProcess)
    }

    @Test("wrappers give the errno", .requiresRoot)
    func errno() {
        #expect(throws: Errno.invalidArgument) { try unmount("/tmp") }
        #expect(throws: Errno.operationNotSupportedByDevice) {
            try mount(source: "x", target: "/tmp", type: "no-such-file-system")
        }
    }
}
