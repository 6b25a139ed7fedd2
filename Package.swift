// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors and imports are explicit, in every Swift target of ours.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "netctl",
    products: [
        .executable(name: "netctl", targets: ["netctl"]),
        .library(name: "BPF", targets: ["BPF"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C libraries, and the few shims for what Swift cannot import.
        .systemLibrary(name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
        .systemLibrary(name: "CLibelf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
        .systemLibrary(name: "CLibmnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
        .systemLibrary(name: "CLibxdp", pkgConfig: "libxdp", providers: [.apt(["libxdp-dev"])]),
        .systemLibrary(
            name: "CLibxxhash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinuxShims"),
        .target(name: "CBPFShims", dependencies: ["CLibbpf", "CLibelf", "CLibxdp"]),

        // The one header that the BPF programs and Swift share.
        .target(
            name: "NetctlABI", path: "bpf",
            exclude: [
                "lib", "cgroup_device.bpf.c", "cgroup_skb.bpf.c", "drops.bpf.c",
                "probe_check.bpf.c", "program_use.bpf.c", "reader.bpf.c",
                "socket_accept.bpf.c", "socket_context.bpf.c", "socket_history.bpf.c",
                "socket_scan.bpf.c", "socket_state.bpf.c", "socket_use.bpf.c", "tc.bpf.c",
                "trace_exec.bpf.c", "trace_reset.bpf.c", "trace_retransmit.bpf.c",
                "trace_state.bpf.c", "xdp.bpf.c",
            ],
            sources: ["abi.c"], publicHeadersPath: "include"),

        // bpf/*.bpf.c, compiled and embedded.
        .plugin(name: "BPFCompile", capability: .buildTool(), path: "Sources/Plugins/BPFCompile"),
        .target(name: "BPFObjects", swiftSettings: strict, plugins: ["BPFCompile"]),

        .target(
            name: "LinuxSystem", dependencies: ["CLinuxShims", system], swiftSettings: strict),
        .target(name: "NetTypes", swiftSettings: strict),
        .target(name: "Packets", dependencies: ["NetTypes"], swiftSettings: strict),
        .target(
            name: "BPF", dependencies: ["CLibbpf", "CBPFShims", "LinuxSystem", system],
            swiftSettings: strict),
        .target(
            name: "Netlink", dependencies: ["CLibmnl", "LinuxSystem", "NetTypes", system],
            swiftSettings: strict),
        .target(
            name: "Programs", dependencies: ["BPF", "LinuxSystem", "NetTypes", "Netlink", system],
            swiftSettings: strict),
        .target(
            name: "Policy",
            dependencies: ["NetTypes", "Packets", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(
            name: "PolicyCompiler", dependencies: ["NetctlABI", "NetTypes", "Packets", "Policy"],
            swiftSettings: strict),
        .target(
            name: "Datapath",
            dependencies: [
                "BPF", "BPFObjects", "CLibxxhash", "CZlib", "LinuxSystem", "NetctlABI", "NetTypes",
                "Netlink", "Packets", "Policy", "PolicyCompiler", system,
            ], swiftSettings: strict),
        .target(
            name: "Statistics",
            dependencies: [
                "BPF", "BPFObjects", "Datapath", "LinuxSystem", "NetTypes", "NetctlABI", "Policy",
                "PolicyCompiler",
            ],
            swiftSettings: strict),
        // What happens on the hooks and to sockets, and to whom.
        .target(
            name: "Tracing",
            dependencies: [
                "BPF", "BPFObjects", "CLibelf", "Datapath", "LinuxSystem", "NetctlABI", "NetTypes",
                "Netlink", "Policy", "PolicyCompiler", system,
            ], swiftSettings: strict),
        // Keeps a policy true over time: Datapath in a loop.
        .target(
            name: "Daemon",
            dependencies: ["Datapath", "LinuxSystem", "Netlink", "Policy", system],
            swiftSettings: strict),
        .executableTarget(
            name: "netctl",
            dependencies: [
                "BPF", "Daemon", "Datapath", "LinuxSystem", "NetTypes", "Netlink", "Packets",
                "Policy",
                "PolicyCompiler", "Programs", "Statistics", "Tracing", arguments, system,
            ], swiftSettings: strict),

        // `make bench`; not installed.
        .executableTarget(
            name: "netctl-bench",
            dependencies: [
                "BPF", "BPFObjects", "CLinuxShims", "Datapath", "LinuxSystem", "NetTypes",
                "Netlink", "Policy",
                "PolicyCompiler", "Statistics", "Tracing", arguments, system,
            ], exclude: ["bpf"], swiftSettings: strict, plugins: ["BPFCompile"]),

        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .target(
            name: "TestSupport",
            dependencies: [
                "CLinuxShims", "CTestSupport", "LinuxSystem", "NetTypes", "Packets", "Policy",
                "PolicyCompiler",
                system,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        // What reads bytes that may come from anybody; package access, for netctl-fuzz is no test target.
        .target(
            name: "FuzzInputs",
            dependencies: ["BPF", "NetTypes", "Netlink", "Packets", "Policy", "PolicyCompiler"],
            path: "Tests/FuzzInputs", exclude: ["Corpora"], swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzInputs"], swiftSettings: strict),
        .testTarget(
            name: "LinuxSystemTests", dependencies: ["LinuxSystem", "TestSupport", system],
            swiftSettings: strict),
        .testTarget(
            name: "CLibraryTests",
            dependencies: ["CLibbpf", "CLibelf", "CLibmnl", "CLibxdp", "CLibxxhash", "CZlib"],
            swiftSettings: strict),
        .testTarget(name: "PacketsTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(name: "NetTypesTests", dependencies: ["NetTypes"], swiftSettings: strict),
        .testTarget(
            name: "BPFTests", dependencies: ["BPF", "LinuxSystem", "TestSupport", system],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "NetlinkTests", dependencies: ["Netlink", "LinuxSystem", "TestSupport", system],
            swiftSettings: strict),
        .testTarget(
            name: "PolicyTests", dependencies: ["NetTypes", "Packets", "Policy", "TestSupport"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "PolicyCompilerTests",
            dependencies: ["NetctlABI", "NetTypes", "Policy", "PolicyCompiler", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ABITests",
            dependencies: [
                "BPF", "BPFObjects", "NetctlABI", "NetTypes", "Policy", "PolicyCompiler",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DatapathTests",
            dependencies: [
                "BPF", "BPFObjects", "Datapath", "LinuxSystem", "NetctlABI", "NetTypes", "Netlink",
                "Policy",
                "PolicyCompiler", "Statistics", "TestSupport", system,
            ], swiftSettings: strict),
        .testTarget(
            name: "DaemonTests",
            dependencies: ["Daemon", "Datapath", "LinuxSystem", "Policy", "TestSupport"],
            swiftSettings: strict),
        // Commands that are killed or failed at each of their steps.
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "BPF", "CLinuxShims", "CTestSupport", "Datapath", "LinuxSystem", "NetTypes",
                "NetctlABI", "Policy",
                "TestSupport", "netctl", system,
            ], swiftSettings: strict),
        .testTarget(
            name: "TracingTests",
            dependencies: [
                "BPF", "BPFObjects", "Datapath", "LinuxSystem", "NetctlABI", "NetTypes", "Netlink",
                "Policy", "PolicyCompiler", "TestSupport",
                "Tracing", system,
            ], exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests", dependencies: ["Datapath", "Policy", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "BPF", "Datapath", "NetTypes", "NetctlABI", "Policy", "PolicyCompiler",
                "TestSupport", system,
            ], swiftSettings: strict),
        .testTarget(
            name: "BenchTests",
            dependencies: ["NetTypes", "TestSupport", "netctl", "netctl-bench"],
            swiftSettings: strict),
        .testTarget(
            name: "ProgramsTests", dependencies: ["BPF", "LinuxSystem", "Programs", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CLITests", dependencies: ["BPF", "LinuxSystem", "TestSupport", "netctl"],
            exclude: ["Fixtures"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)

// `make fuzz-readers`: libFuzzer has a `main` of its own, without which this cannot be linked.
if Context.environment["NETCTL_LIBFUZZER"] != nil {
    package.targets.append(
        .executableTarget(
            name: "netctl-fuzz", dependencies: ["FuzzInputs"], path: "Tests/Fuzz",
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
