import ArgumentParser
import Tracing

/// `netctl probe list`.
struct ProbeListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tracepoints, kernel functions and symbols of binaries.",
        discussion: """
            A pattern is KIND:GLOB, or a GLOB for every kind of the kernel's:

              tracepoint   events of the kernel; with -v the fields of their records
              tp_btf       the same with typed arguments
              fentry       functions of the kernel with typed arguments (fexit: their exits)
              kprobe       nearly all functions of the kernel (kretprobe: their returns)
              iter         what a program can walk
              uprobe       uprobe:PATH:GLOB, functions of a binary or library (uretprobe)
              usdt         usdt:PATH:GLOB, places that a binary's author has marked

            With -v each probe has below it what a program finds there.

              netctl probe list 'tracepoint:skb:*' -v
              netctl probe list '*tcp_retransmit*' -v
              netctl probe list 'uprobe:/usr/lib/x86_64-linux-gnu/libc.so.6:getaddrinfo*'

            'netctl probe check' says which kinds can be attached to on this machine.
            """)

    @Argument(help: "Which probes: KIND:GLOB or GLOB, with *, ? and [abc].")
    var pattern: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        do {
            _ = try ProbePattern(pattern)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        try reporting {
            let list = try ProbeList(
                matching: ProbePattern(pattern), details: global.verbose)
            try global.write(ProbeDocument(list), text: list.probes.flatMap(lines))
            guard global.output == .text else { return }
            for kind in list.unavailable { global.say("netctl: \(kind.reason)") }
        }
    }

    private func lines(_ probe: Probe) -> [String] {
        let module = probe.module.map { " [\(printable($0))]" } ?? ""
        return [printable(probe.pattern) + module] + details(probe).map { "    " + $0 }
    }

    private func details(_ probe: Probe) -> [String] {
        switch probe.detail {
        case .none: []
        case .fields(let fields):
            fields.map { field in
                "\(field.declaration);".padding(to: 40)
                    + "offset \(field.offset) size \(field.bytes)"
                    + (field.isSigned ? " signed" : "")
            }
        case .prototype(let text): [text]
        case .symbol(let address, let bytes):
            ["address 0x\(String(address, radix: 16)) size \(bytes)"]
        case .arguments(let text): ["arguments \(printable(text))"]
        }
    }
}

extension String {
    /// The text, with blanks up to a column and at least one.
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
