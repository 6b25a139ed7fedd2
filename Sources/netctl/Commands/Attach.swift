import ArgumentParser
import Datapath
import Policy
import Statistics

struct Attach: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Put the datapath on an interface, passing and counting until a policy is applied.",
        discussion: """
            Modes: xdpdrv (native) runs in the driver, xdpgeneric (generic) in the network core on \
            any interface, xdpoffload (offload) on the card; auto takes xdpdrv where the driver \
            can, else xdpgeneric, and 'netctl status' says which. A program of somebody else is \
            never replaced.
            """)

    @Argument(help: "The interface.")
    var interface: String

    @Option(help: "How to run XDP: auto, xdpdrv, xdpgeneric or xdpoffload.")
    var mode: XDPModeRequest = .auto

    @Option(help: "The hook: xdp.")
    var hook: [Hook] = []

    @Option(help: "A network namespace under /run/netns; not given: the caller's.")
    var netns: String?

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let interface: String
        @ExplicitNull var netns: String?
        let hook: Hook
        let mode: XDPMode
        let changed: Bool
    }

    func run() throws {
        try reporting {
            for hook in hook.isEmpty ? [Hook.xdp] : hook {
                let target = try AttachTarget(
                    interface: interface, netns: netns, hook: hook, mode: mode)
                let (mode, changed) =
                    switch try Reconciler.reporting.attach(target) {
                    case .attached(let mode): (mode, true)
                    case .already(let mode): (mode, false)
                    }
                let document = Document(
                    interface: target.interface, netns: target.namespace, hook: hook, mode: mode,
                    changed: changed)
                let word = changed ? "attached" : "already attached"
                try global.write(document, text: ["\(word) \(target.name) \(hook) (\(mode))"])
                if changed && self.mode == .auto && mode == .generic {
                    global.say("netctl: the driver cannot run XDP here; generic mode is in force")
                }
            }
        }
    }
}
