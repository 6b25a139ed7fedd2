import Testing
import Tracing

@Suite("Units and containers by the paths of cgroups")
struct CgroupPlaceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let path: String
        var unit: String?
        var container: String?
        var runtime: String?

        var testDescription: String { path }
    }

    private static let id = String(repeating: "0123456789abcdef", count: 4)

    private static let rows = [
        Row(path: "/"),
        Row(path: "/system.slice/nginx.service", unit: "nginx.service"),
        Row(
            path: "/system.slice/system-getty.slice/getty@tty1.service", unit: "getty@tty1.service"),
        Row(
            path: "/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.service",
            unit: "firefox.service"),
        Row(path: "/user.slice/user-1000.slice/session-3.scope", unit: "session-3.scope"),
        Row(path: "/machine.slice", unit: "machine.slice"),
        Row(
            path: "/system.slice/docker-\(id).scope", unit: "system.slice", container: id,
            runtime: "docker"),
        Row(path: "/docker/\(id)", container: id, runtime: "docker"),
        Row(
            path: "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/"
                + "cri-containerd-\(id).scope",
            unit: "kubepods-burstable-pod1.slice", container: id, runtime: "containerd"),
        Row(path: "/kubepods/burstable/pod1/\(id)", container: id),
        Row(
            path: "/kubepods.slice/crio-\(id).scope", unit: "kubepods.slice", container: id,
            runtime: "cri-o"),
        Row(
            path: "/kubepods.slice/crio-conmon-\(id).scope",
            unit: "crio-conmon-\(id).scope"),
        Row(
            path: "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope",
            unit: "user@1000.service", container: id, runtime: "podman"),
        Row(
            path: "/machine.slice/libpod-\(id).scope/container", unit: "machine.slice",
            container: id, runtime: "podman"),
        Row(
            path: "/system.slice/containerd.service/kubepods-pod1:cri-containerd:\(id)",
            unit: "containerd.service", container: id, runtime: "containerd"),
        Row(path: "/system.slice/docker-0123.scope", unit: "docker-0123.scope"),
        Row(path: "/netctl-test.abc"),
    ]

    @Test(arguments: rows) func place(row: Row) {
        let place = CgroupPlace(path: row.path)
        #expect(place.unit == row.unit)
        #expect(place.container == row.container)
        #expect(place.runtime == row.runtime)
    }

    @Test func `a cgroup is within itself and those above, by whole names`() {
        let place = CgroupPlace(path: "/a/bc/d")
        for path in ["/", "/a", "/a/bc", "/a/bc/", "/a/bc/d"] { #expect(place.isWithin(path)) }
        for path in ["/a/b", "/bc", "/a/bc/d/e"] { #expect(!place.isWithin(path)) }
    }
}

@Suite("What is printed of names")
struct PrintableTests {
    @Test(arguments: [
        ("curl", "curl"), ("a b", "a b"), ("naïve", "naïve"), ("日本", "日本"),
        ("a\nb", "a\\nb"), ("\u{1b}[31mred", "\\x1b[31mred"), ("a\\nb", "a\\\\nb"),
        ("\u{202e}txt", "\\u{202e}txt"), ("\u{9b}31m", "\\u{9b}31m"), ("\t\r\u{7f}", "\\t\\r\\x7f"),
    ]) func escaped(text: String, shown: String) {
        #expect(printable(text) == shown)
    }
}
