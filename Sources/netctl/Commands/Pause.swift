import ArgumentParser
import Datapath

struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let everything pass for a while, counted with reason 'paused'.",
        discussion: "Policies stay behind the pause; 'netctl apply' changes them there.")

    @OptionGroup var selection: Selection

    @Option(
        name: .customLong("for"),
        help: "When it ends by itself, whoever is dead: an integer with ms, s, m, h or d.")
    var duration: Interval?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let found = try selection.existingAttachments(in: try Observation.now())
            try Reconciler.reporting.pause(found.map(\.point), for: duration?.duration)
            for attachment in found {
                let end = duration.map { " for \($0.text)" } ?? ""
                global.say("paused \(attachment.name) \(attachment.point.hook)\(end)")
            }
        }
    }
}

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put paused policies back in force.")

    @OptionGroup var selection: Selection
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let found = try selection.existingAttachments(in: try Observation.now())
            try Reconciler.reporting.resume(found.map(\.point))
            for attachment in found {
                let word = attachment.pause == nil ? "was not paused:" : "resumed"
                global.say("\(word) \(attachment.name) \(attachment.point.hook)")
            }
        }
    }
}
