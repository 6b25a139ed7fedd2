internal import BPF
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// What this kernel and machine can do, found out by looking and by trying.
public struct Examination: Sendable {
    /// The oldest kernel that netctl supports.
    private static let oldest = (5, 15)

    /// All that was found, in the order of the report.
    public private(set) var findings: [Finding] = []

    /// Whether netctl's main job, filtering packets, can be done here.
    public private(set) var works = true

    /// Looks, and tries. What is loaded or made for it is gone afterwards; no interface is touched.
    public init() {
        kernel()
        files()
        privileges()
        programTypes()
        mapTypes()
        findings += InterfaceFindings.all()
        findings += ToolFindings.all()
    }

    /// Adds what somebody else has tried.
    ///
    /// - Parameter more: The findings.
    public mutating func add(_ more: [Finding]) { findings += more }

    private mutating func require(_ finding: Finding) {
        findings.append(finding)
        if finding.state == .missing { works = false }
    }

    private static func text(_ path: String) -> String? {
        guard let text = try? ProcFile.read(path) else { return nil }
        return text.split(separator: "\n").first.map(String.init)
    }

    // MARK: Kernel

    private mutating func kernel() {
        var name = utsname()
        uname(&name)
        let release = withUnsafeBytes(of: name.release) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        let isNew = numbers.count == 2 && (numbers[0], numbers[1]) >= Self.oldest
        require(
            Finding(
                "kernel", "release", isNew ? .ok : .missing, release,
                cost: "netctl needs Linux 5.15 or newer", remedy: "install a newer kernel"))
        let hasTypes = (try? FileState(path: "/sys/kernel/btf/vmlinux")) != nil
        findings.append(
            Finding(
                "kernel", "type information", hasTypes ? .ok : .missing,
                hasTypes ? "/sys/kernel/btf/vmlinux" : "none",
                cost: "no trace, no owners of sockets, no vmlinux.h, no tp_btf and fentry programs",
                remedy: "a kernel with CONFIG_DEBUG_INFO_BTF"))
        let jit = Self.text("/proc/sys/net/core/bpf_jit_enable")
        findings.append(
            Finding(
                "kernel", "JIT", jit == "0" ? .missing : .ok,
                jit == nil
                    ? "always on, or not shown in this network namespace"
                    : jit == "0" ? "off" : "on",
                cost: "programs are interpreted, many times slower",
                remedy: "sysctl -w net.core.bpf_jit_enable=1"))
        let lockdown = Self.text("/sys/kernel/security/lockdown")
        let isLocked = lockdown.map { !$0.contains("[none]") } ?? false
        findings.append(
            Finding(
                "kernel", "lockdown", isLocked ? .missing : .ok, lockdown ?? "not built in",
                cost: "kprobes and reads of kernel memory are refused",
                remedy: "boot without lockdown, or without Secure Boot"))
        let unprivileged = Self.text("/proc/sys/kernel/unprivileged_bpf_disabled")
        findings.append(
            Finding(
                "kernel", "unprivileged BPF", .note,
                unprivileged == "0" ? "allowed" : "forbidden, as it should be"))
        let statistics = Self.text("/proc/sys/kernel/bpf_stats_enabled")
        findings.append(
            Finding(
                "kernel", "run statistics", .note,
                statistics == "1" ? "on" : "off; 'netctl prog list --measure 5s' switches them on"))
    }

    // MARK: Files

    private mutating func files() {
        let bpf = (try? FileSystem(at: "/sys/fs/bpf")) == .bpf
        findings.append(
            Finding(
                "files", "bpffs", bpf ? .ok : .note,
                bpf ? "/sys/fs/bpf" : "not mounted; netctl mounts it when it attaches"))
        let root = try? CgroupMount.current().open("/").cgroup.path
        findings.append(
            Finding(
                "files", "cgroup v2", root == nil ? .missing : .ok,
                root == nil ? "none" : "mounted",
                cost: "no hooks of cgroups, no owners of sockets",
                remedy: "mount -t cgroup2 none /sys/fs/cgroup"))
        let tracing = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"].first {
            (try? FileIdentity(path: "\($0)/events")) != nil
        }
        findings.append(
            Finding(
                "files", "tracefs", tracing == nil ? .note : .ok,
                tracing ?? "not mounted; netctl uses one of its own where it needs one"))
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(8), &limit)  // RLIMIT_MEMLOCK
        findings.append(
            Finding(
                "files", "locked memory", .note,
                "limit \(limit.rlim_cur == .max ? "none" : "\(limit.rlim_cur) bytes"); since "
                    + "Linux 5.11 maps are accounted to cgroups instead"))
    }

    // MARK: Privileges

    private mutating func privileges() {
        let capabilities: [(Capabilities, name: String, cost: String)] = [
            (.bpf, "CAP_BPF", "nothing can be loaded"),
            (.netAdmin, "CAP_NET_ADMIN", "nothing can be attached to interfaces and cgroups"),
            (.perfmon, "CAP_PERFMON", "no tracing"),
            (
                .sysAdmin, "CAP_SYS_ADMIN",
                "others' programs and maps, namespaces, and mounts are out of reach"
            ),
        ]
        let held = Capabilities.effective
        for (capability, name, cost) in capabilities {
            let has = held.contains(capability)
            require(
                Finding(
                    "privileges", name, has ? .ok : .missing, has ? "held" : "not held", cost: cost,
                    remedy: "run as root"))
        }
    }

    // MARK: Types

    /// What does not work without a type.
    private static let neededPrograms: [ProgramType: String] = [
        .xdp: "no hook xdp", .schedCls: "no hooks of TC", .cgroupSKB: "no hooks of cgroups",
        .cgroupDevice: "no hook cgroup-device",
        .ext: "no 'attach --share'",
    ]
    private static let neededMaps: [MapType: String] = [
        .array: "no policies", .hash: "no policies", .programArray: "no policies",
        .lpmTrie: "no addresses in policies", .perCPUArray: "no limits",
        .ringBuffer: "no events",
    ]

    private mutating func programTypes() {
        for number in UInt32(1)...32 {
            let type = ProgramType(rawValue: number)
            guard !"\(type)".hasPrefix("program type") else { continue }
            let needed = Self.neededPrograms[type]
            // What was tried is fentry; tracepoints with types are of this type as well.
            let no = type == .tracing ? "not on functions (fentry); see 'attach'" : "not to be had"
            let finding = answer("program type", "\(type)", needed, no) { () throws(BPFError) in
                try FeatureProbe.supports(programType: type)
            }
            if type == .xdp { require(finding) } else { findings.append(finding) }
        }
        findings.append(
            answer("attach", "tcx link", nil, "clsact filters are used instead") {
                () throws(BPFError) in
                try FeatureProbe.supportsTCX()
            })
    }

    private mutating func mapTypes() {
        for number in UInt32(1)...33 {
            let type = MapType(rawValue: number)
            guard !"\(type)".hasPrefix("map type") else { continue }
            let finding = answer("map type", "\(type)", Self.neededMaps[type]) {
                () throws(BPFError) in
                try FeatureProbe.supports(mapType: type)
            }
            if type == .array { require(finding) } else { findings.append(finding) }
        }
    }

    private func answer(
        _ group: String, _ name: String, _ cost: String?, _ no: String = "not to be had",
        _ question: () throws(BPFError) -> Bool
    ) -> Finding {
        do throws(BPFError) {
            let has = try question()
            return Finding(
                group, name, has ? .ok : cost == nil ? .note : .missing, has ? "works" : no,
                cost: cost, remedy: "a newer kernel, or one configured with it")
        } catch {
            let isPrivilege = error.errno == .notPermitted
            return Finding(
                group, name, isPrivilege && cost != nil ? .missing : .note,
                isPrivilege ? "not tried: needs CAP_BPF" : "not tried: \(error.reason)", cost: cost,
                remedy: isPrivilege ? "run as root" : nil)
        }
    }
}
