import ArgumentParser
import BPF
import Datapath
import Foundation
import Policy
import Programs

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Compile, load and attach a program, and print what it says until interrupted.",
        discussion: """
            All programs of the file are attached as their sections say: to the kernel, to the interface \
            for XDP and TC (SEC("tc") to tc-ingress, unless --hook says tc-egress), to the cgroup by \
            --cgroup. Records of its ring and perf buffers are printed as \
            they come; without a buffer, the elements of its maps every second. Iterators \
            (SEC("iter/task")) are read once, to their end.

            Nothing is pinned: when the command ends, however it ends, the programs are gone.

            Examples:
              netctl run policies/programs/execsnoop.bpf.c
              netctl run policies/programs/protocols.bpf.c eth1 --for 10s
              netctl run count.bpf.c eth1 --set limit=100 -o json
            """)

    @Argument(help: "FILE.bpf.c, or FILE.bpf.o.", completion: .file())
    var file: String

    @Argument(help: "The interface for XDP and TC programs.", completion: .interfaces)
    var interface: String?

    @Option(help: "The cgroup for programs of cgroups.")
    var cgroup: String?

    @Option(
        help: ArgumentHelp(
            "Where the section leaves it open: tc-ingress, tc-egress; of a cgroup ingress, egress.",
            valueName: "hook"))
    var hook: HookWord?

    @Option(
        help: "A network namespace under /run/netns; not given: the caller's.",
        completion: .namespaces)
    var netns: String?

    @Option(help: "How to run XDP: auto, xdpdrv, xdpgeneric or xdpoffload.")
    var mode: XDPModeRequest = .auto

    @Option(help: "Seconds between two prints of maps.")
    var interval: Double = 1

    @OptionGroup var loading: LoadingArguments
    @OptionGroup var records: RecordArguments
    @OptionGroup(title: "Compiling it") var compile: CompileArguments
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if interval < 0.1 || interval > 86400 {
            throw ValidationError("--interval takes 0.1 to 86400 seconds.")
        }
        _ = try namedHook
        _ = try loading.globals
    }

    private var namedHook: Hook? {
        get throws { try hook.map { try $0.hook(onCgroup: cgroup != nil) } }
    }

    func run() throws {
        try reporting(fullVerifierLog: loading.verifierLog) {
            var options = UserProgram.Options()
            options.name = loading.name
            options.globals = try loading.globals
            var places = RunningPrograms.Places()
            places.interface = interface
            places.netns = netns
            places.cgroup = cgroup
            places.hook = try namedHook
            places.mode = mode
            let running = try RunningPrograms(
                image: try ObjectFile.read(file, compile.options), file: file, options, places)
            for program in running.attached { global.say("netctl: running \(program)") }
            try running.readIterators { program, line in
                try global.write(Line(program: program, line: line), text: [line])
            }
            guard !running.areIterators else { return }
            let streams = try running.maps
                .filter { [.ringBuffer, .perfEventArray].contains($0.type) }
                .map { try RecordStream(Reference("\($0.id)"), type: records.type) }
            if streams.isEmpty {
                try printMaps(running)
            } else {
                try RecordPrinter(records, global).print(streams)
            }
            withExtendedLifetime(running) {}
        }
    }

    /// What an iterator wrote.
    private struct Line: Encodable {
        let version = 1
        let program: String
        let line: String
    }

    private struct Document: Encodable {
        let version = 1
        let map: String
        let elements: [MapContents.Element]
    }

    private func printMaps(_ running: RunningPrograms) throws {
        let printer = RecordPrinter(records, global)
        let maps = try running.maps.map { ($0.name, try MapContents(Reference("\($0.id)"))) }
        while printer.goesOn {
            Thread.sleep(forTimeInterval: min(interval, records.seconds ?? interval))
            for (name, contents) in maps {
                var elements: [MapContents.Element] = []
                try? contents.forEach { if !$0.value.isZero { elements.append($0) } }
                try global.write(
                    Document(map: name, elements: elements),
                    text: elements.map { "\(name) \($0)" })
            }
        }
    }
}

extension RecordArguments {
    /// The duration, in seconds.
    var seconds: Double? { duration.map { $0.duration / .seconds(1) } }
}
