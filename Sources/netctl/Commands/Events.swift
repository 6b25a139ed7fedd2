import ArgumentParser
import Foundation
import Tracing

struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happens to packets, why, and whose they are.",
        discussion: """
            One stream of what the rules of policies log ('log: true'), what monitoring would drop, \
            what the block list and device lists refuse, and what the kernel itself drops, with its \
            reason:

              netctl events                          what happens in the next ten seconds
              netctl events --follow --drops         drops, until interrupted
              netctl events --count 5 --rule telnet  the next five of one rule
              netctl events --sample 100             one in a hundred packets, whatever the rules say

            Events are not kept: what nobody reads is not made, and costs nothing. Each rule's and \
            the reader's limit may hold events back, and the buffer may have no room: both are \
            counted, and said at the end. How sure the name of a process is stands behind it in \
            brackets: how the packet's socket was found, and what tied the process to the socket.
            """)

    @OptionGroup(title: "Which") var selection: EventSelection
    @OptionGroup(title: "How long") var span: EventSpan
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let reader = try EventReader(selection.filter(), selection.settings)
            if !global.quiet {
                try selection.absent().forEach(Terminal.warning)
                reader.warnOfLimits()
            }
            let writer = EventWriter(global.output)
            let shown = try span.read(
                reader, usual: .seconds(10), take: writer.take, flush: writer.flush)
            global.say(try reader.summary(shown: shown))
        }
    }
}

/// Writes events as lines, many at a time.
private final class EventWriter {
    private let format: OutputFormat
    private let encoder = JSONEncoder()
    private var clock = EventClock()
    private var lines: [String] = []

    init(_ format: OutputFormat) {
        self.format = format
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    func take(_ event: Event) throws {
        switch format {
        case .text: lines.append(event.line(clock))
        case .json:
            let document = try encoder.encode(EventDocument(event, clock))
            lines.append(String(decoding: document, as: UTF8.self))
        }
        if lines.count >= 256 { try flush() }
    }

    func flush() throws {
        if !lines.isEmpty { try Terminal.result(lines.joined(separator: "\n")) }
        lines.removeAll(keepingCapacity: true)
        clock = EventClock()
    }
}
