import ArgumentParser
import Datapath
import Statistics

struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Let everything pass for a while, counted with reason 'paused'.",
        discussion: "Policies stay behind the pause; 'netctl apply' changes them there.")

    @OptionGroup var selection: Selection

    @Option(
        name: .customLong("for"),
        help: "When it ends by itself, whoever is dead: an integer with ms, s, m, h or d.")
    var duration: Interval?

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        enum CodingKeys: String, CodingKey {
            case version, paused
            case duration = "for"
        }

        let version = 1
        let paused: [String]
        @ExplicitNull var duration: String?
    }

    func run() throws {
        try reporting {
            let found = try selection.existingAttachments(in: try Observation.now())
            try Reconciler.reporting.pause(found.map(\.point), for: duration?.duration)
            let names = found.map(\.hookName)
            let end = duration.map { " for \($0.text)" } ?? ""
            try global.write(Document(paused: names, duration: duration?.text), text: [])
            if global.output == .text { names.forEach { global.say("paused \($0)\(end)") } }
        }
    }
}

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Put paused policies back in force.")

    @OptionGroup var selection: Selection
    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let resumed: [String]
    }

    func run() throws {
        try reporting {
            let found = try selection.existingAttachments(in: try Observation.now())
            try Reconciler.reporting.resume(found.map(\.point))
            let resumed = found.filter { $0.pause != nil }.map(\.hookName)
            try global.write(Document(resumed: resumed), text: [])
            guard global.output == .text else { return }
            for attachment in found {
                let word = attachment.pause == nil ? "was not paused:" : "resumed"
                global.say("\(word) \(attachment.hookName)")
            }
        }
    }
}
