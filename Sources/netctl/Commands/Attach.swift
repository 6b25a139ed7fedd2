import ArgumentParser
import BPF
import Datapath
import Policy
import Statistics

struct Attach: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract:
            "Put the datapath on a hook, passing and counting until a policy is applied.",
        discussion: """
            Hooks of an interface: xdp (unless named otherwise), tc-ingress, tc-egress. Of a cgroup: \
            ingress, egress, device.

            Modes of XDP: xdpdrv (native) runs in the driver, xdpgeneric (generic) in the network \
            core on any interface, xdpoffload (offload) on the card; auto takes xdpdrv where the \
            driver can, else xdpgeneric. On TC hooks: tcx is a link (Linux 6.6), clsact a filter of \
            a clsact qdisc; auto takes tcx where the kernel has it. 'netctl status' says which.

            A program of somebody else is never replaced. On TC and cgroup hooks it runs beside ours; on \
            XDP, which has room for one, --share has ours run beside those that libxdp's dispatcher calls \
            (xdp-loader, xdp-filter, bpfman …), in the order of their priorities. It needs a kernel that \
            lets programs replace functions of others (freplace), else exit 4.

            --program attaches a program of yours instead: an object that clang compiled, or a .c source, \
            which is compiled first. Its section says the hook: of an interface xdp, xdp.frags, tc, \
            tcx/ingress, tcx/egress; of a cgroup cgroup_skb/…, cgroup/…, sockops; of the kernel \
            tracepoint/…, raw_tp/…, tp_btf/…, fentry/…, fexit/…, lsm/…, kprobe/…, kretprobe/…, ksyscall/…, \
            uprobe/…, uretprobe/…, perf_event, iter/…; socket. --hook is needed where it leaves it open, no \
            interface or cgroup where it names something of the kernel, and --socket for a socket. Its tail \
            calls are loaded with it. Attached again, it is replaced in place. 'netctl status' lists it, 'netctl detach' removes it.

            Examples:
              netctl attach eth1 --mode xdpgeneric
              netctl attach eth1 --hook tc-ingress --hook tc-egress --tc clsact
              netctl attach eth1 --share --priority 20
              netctl attach --cgroup /system.slice --hook egress --hook device
              netctl attach eth1 --program count.bpf.c --set limit=100 --pin-maps
              netctl attach eth1 --program tc.bpf.o --name police --hook tc-ingress
              netctl attach --program exec.bpf.c
              netctl attach --program snap.bpf.c --socket 4711:5
            """)

    @Argument(help: "The interface.", completion: .interfaces)
    var interface: String?

    @Option(help: "A cgroup instead: a path below the mount of cgroup v2.")
    var cgroup: String?

    @Option(help: "How to run XDP: auto, xdpdrv, xdpgeneric or xdpoffload.")
    var mode: XDPModeRequest = .auto

    @Flag(help: "Share XDP with programs of others, in a dispatcher of libxdp.")
    var share = false

    @Option(
        help: ArgumentHelp(
            "When it runs among them, smaller numbers first; not given: 50.", valueName: "n"))
    var priority: Int?

    @Option(help: "How to hold TC programs: auto, clsact or tcx.")
    var tc: TCModeRequest = .auto

    @Option(help: "A hook: \(Hook.words); may be repeated.")
    var hook: [HookWord] = []

    @Option(
        help: "A network namespace under /run/netns; not given: the caller's.",
        completion: .namespaces)
    var netns: String?

    @Option(
        help: ArgumentHelp(
            "A socket of a process, for a program of yours: its only one, or a descriptor of it.",
            valueName: "pid[:fd]"))
    var socket: SocketWord?

    @OptionGroup(title: "A program of yours") var program: ProgramArguments

    @OptionGroup(title: "Compiling it") var compile: CompileArguments

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try program.validate(interface: interface, cgroup: cgroup, hooks: hook.count)
        if socket != nil {
            if program.file == nil { throw ValidationError("--socket needs --program.") }
            if interface != nil || cgroup != nil || netns != nil || !hook.isEmpty {
                throw ValidationError(
                    "--socket excludes an interface, --cgroup, --netns and --hook.")
            }
        }
        if program.file == nil && (interface == nil) == (cgroup == nil) {
            throw ValidationError(
                "Name an interface, or a cgroup by --cgroup, or a program of yours by --program.")
        }
        if cgroup != nil {
            if netns != nil { throw ValidationError("--cgroup excludes --netns.") }
            if hook.isEmpty && program.file == nil {
                throw ValidationError("Name a hook of the cgroup: --hook ingress|egress|device.")
            }
        }
        _ = try hooks
        try validateShare()
    }

    private func validateShare() throws {
        guard share else {
            if priority != nil { throw ValidationError("--priority needs --share.") }
            return
        }
        if program.file != nil {
            throw ValidationError(
                "--share is for the datapath; 'xdp-loader load' shares a program of yours.")
        }
        guard try hooks == [.xdp], cgroup == nil else {
            throw ValidationError("--share is for the xdp hook of an interface.")
        }
        guard sharing != nil else {
            let range = XDPShare.priorities
            throw ValidationError(
                "--priority is a number from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    private var sharing: XDPShare? {
        share ? XDPShare(priority: priority ?? XDPShare.defaultPriority) : nil
    }

    private var hooks: [Hook] {
        get throws {
            let named = try hook.map { try $0.hook(onCgroup: cgroup != nil) }
            return named.isEmpty ? [.xdp] : named
        }
    }

    private struct Document: Encodable {
        let version = 1
        @ExplicitNull var interface: String?
        @ExplicitNull var netns: String?
        @ExplicitNull var cgroup: String?
        let hook: Hook
        @ExplicitNull var mode: AttachMode?
        @ExplicitNull var priority: Int?
        let changed: Bool
    }

    func run() throws {
        try reporting(fullVerifierLog: program.verifierLog) {
            if let file = program.file { return try attach(program: file) }
            for hook in try hooks { try attach(hook) }
        }
    }

    private struct ProgramDocument: Placed {
        let place: ProgramPlace
        let facts: Facts

        struct Facts: Encodable {
            let version = 1
            @ExplicitNull var mode: AttachMode?
            let program: String
            let section: String
            let replaced: Bool
        }
    }

    private func attach(program file: String) throws {
        let named = try hook.first.map { try $0.hook(onCgroup: cgroup != nil) }
        let user = try UserProgram(
            image: try program.image(compile), file: file, hook: named, try program.options)
        let target: ProgramTarget
        if let interface {
            target = try ProgramTarget(
                user, interface: interface, netns: netns, hook: named,
                mode: { $0.mode(xdp: self.mode, tc: tc) })
        } else if let cgroup {
            target = try ProgramTarget(user, cgroup: cgroup, hook: named)
        } else if let socket {
            target = try ProgramTarget(user, socketOf: socket.pid, descriptor: socket.descriptor)
        } else {
            target = try ProgramTarget(user)
        }
        let (mode, replaced, reason): (AttachMode?, Bool, String?) =
            switch try Reconciler.reporting.attach(user, to: target) {
            case .attached(let mode, let reason): (mode, false, reason)
            case .replaced(let mode): (mode, true, nil)
            }
        try global.write(
            ProgramDocument(
                place: ProgramPlace(target.location, socket: target.socket, hook: target.hook),
                facts: .init(
                    mode: mode, program: user.program.name, section: user.program.section,
                    replaced: replaced)),
            text: [
                "\(replaced ? "replaced" : "attached") program \(user.program.name) on "
                    + "\(target.name) \(target.hook)\(mode.map { " (\($0))" } ?? "")"
            ])
        sayGeneric(because: reason)
    }

    private func attach(_ hook: Hook) throws {
        let target =
            if let cgroup {
                try AttachTarget(cgroup: cgroup, hook: hook)
            } else {
                try AttachTarget(
                    interface: interface ?? "", netns: netns, hook: hook,
                    mode: hook.mode(xdp: mode, tc: tc), share: sharing)
            }
        let (mode, changed, reason): (AttachMode?, Bool, String?) =
            switch try Reconciler.reporting.attach(target) {
            case .attached(let mode, let reason): (mode, true, reason)
            case .already(let mode): (mode, false, nil)
            }
        let document = Document(
            interface: target.location.interface, netns: target.location.netns,
            cgroup: target.location.cgroup, hook: hook, mode: mode,
            priority: target.share?.priority, changed: changed)
        let word = changed ? "attached" : "already attached"
        let shared = target.share.map { ", shared, priority \($0.priority)" } ?? ""
        try global.write(
            document,
            text: ["\(word) \(target.name) \(hook)\(mode.map { " (\($0)\(shared))" } ?? "")"])
        sayGeneric(because: reason)
    }

    /// Says why `auto` did not take native XDP.
    private func sayGeneric(because reason: String?) {
        guard let reason else { return }
        global.say("netctl: the driver cannot run XDP here: \(reason); generic mode is in force")
    }
}
