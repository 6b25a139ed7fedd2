import Glibc
import LinuxSystem
import Policy
import TestSupport
import Testing

@testable import Daemon

@Suite("What the daemon watches")
struct PlacesTests {
    @Test("the folder of a file or, where that is missing, of what has to be made first")
    func nearest() throws {
        let directory = try TemporaryDirectory()
        let root = directory.path
        #expect(Places.nearestFolder(above: "\(root)/edge.yaml") == root)
        #expect(Places.nearestFolder(above: "\(root)/feeds/more/bad.txt") == root)
        try Directory.make("\(root)/feeds")
        #expect(Places.nearestFolder(above: "\(root)/feeds/more/bad.txt") == "\(root)/feeds")
        try directory.write("", to: "feeds/more")
        #expect(Places.nearestFolder(above: "\(root)/feeds/more/bad.txt") == "\(root)/feeds")
        #expect(Places.nearestFolder(above: "edge.yaml") == ".")
        #expect(Places.nearestFolder(above: "/nowhere/at/all") == "/")
        #expect(Places.nearestFolder(above: "/") == "/")
    }

    @Test("of a link its own folder and the one that it leads to; of a folder itself, too")
    func links() throws {
        let directory = try TemporaryDirectory()
        let root = directory.path
        for name in ["policies", "target"] { try Directory.make("\(root)/\(name)") }
        let target = try directory.write("", to: "target/edge.yaml")
        let link = "\(root)/policies/edge.yaml"
        #expect(symlink(target, link) == 0)
        let places = Places(nil, ["\(root)/policies"], [link])
        #expect(
            places.foldersOfFiles == [root, "\(root)/policies", "\(root)/target"])
    }

    @Test("what a policy names: set files, programs, namespaces, cgroups")
    func policy() throws {
        let text = """
            version: 1
            name: edge
            filters: { inbound: { default: pass, rules: [] } }
            attach:
              - { interface: "veth*", netns: [blue, green], xdp: inbound }
              - { interface: eth1, xdp: inbound }
              - { cgroup: /system.slice, ingress: inbound }
            """
        let policy = try #require(
            PolicyReader.read([PolicySource(path: "edge.yaml", bytes: Array(text.utf8))]) { _ in
                []
            }.policy)
        let places = Places(policy, ["edge.yaml"], ["edge.yaml", "feeds/bad.txt"])
        #expect(places.namespaces == ["blue", "green", nil])
        #expect(places.files == ["edge.yaml", "feeds/bad.txt"])
        #expect(places.cgroups.allSatisfy { $0.hasSuffix("/system.slice") })
    }

    @Test("a file's mark tells what is written, put in its place, made and removed")
    func marks() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("a", to: "edge.yaml")
        let places = Places(nil, [file, directory.appending("missing")])
        var before = places.marks
        #expect(places.marks == before && before.count == 1)
        func changes(_ change: () throws -> Void) throws {
            try change()
            #expect(places.marks != before)
            before = places.marks
        }
        try changes { try directory.write("ab", to: "edge.yaml") }
        try changes {
            let other = try directory.write("cd", to: "other")
            try Directory.rename(other, to: file)
        }
        try changes { try directory.write("", to: "missing") }
        try changes { try Directory.unlink(file) }
    }
}
