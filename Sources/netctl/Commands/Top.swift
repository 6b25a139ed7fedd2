import ArgumentParser
import Datapath
import Foundation
import LinuxSystem

/// `netctl top`.
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what is counted now, live: verdicts, rules, reasons, sources, processes.",
        discussion: """
            A screen that is drawn anew each second. Keys:

              1-5, Tab   what is listed: verdict, rule, reason, source, process
              s, r       what it is sorted by, the other way round
              /          type a text that a row must have; Enter keeps it, Esc clears it
              space      hold the picture
              + -        more or fewer seconds between two pictures
              up, down, PgUp, PgDn
              q          end

            Sources are those with the most packets. Processes are counted by events, while they are \
            listed: packets of rules with 'log', of monitoring, of the block list, and the kernel's drops, by the process \
            at either end; 'unknown' is the honest rest.

            Without a terminal, --once prints the table once, with the rates of one interval.
            """)

    @OptionGroup var selection: Selection

    @Option(help: "What is listed first: verdict, rule, reason, source or process.")
    var by: TopView = .rule

    @Option(help: "Seconds between two pictures.")
    var interval: Double = 1

    @Flag(help: "Print one table, without a screen.")
    var once = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if interval < 0.1 || interval > 3600 {
            throw ValidationError("--interval takes 0.1 to 3600 seconds.")
        }
        if global.output == .json && !once {
            throw ValidationError("A screen is no JSON document: --output json needs --once.")
        }
    }

    func run() throws {
        try reporting {
            if once { return try printOnce() }
            let screen = try Screen()
            try watch(on: screen)
        }
    }

    private func sample(_ view: TopView, _ processes: TopProcesses?) throws -> TopSample {
        try processes?.read()
        return try TopSample(
            of: selection.attachments(in: Observation.now()), view, processes)
    }

    /// Who counts for a view; nil where attachments do.
    private func processes(for view: TopView) throws -> TopProcesses? {
        view == .process ? try TopProcesses(selection) : nil
    }

    private struct Document: Encodable {
        let version = 1
        let by: String
        let seconds: Double
        let rows: [TopRow]
    }

    private func printOnce() throws {
        let processes = try processes(for: by)
        for limit in processes?.limits ?? [] { Terminal.warning("not seen here: \(limit)") }
        let before = try sample(by, processes)
        Thread.sleep(forTimeInterval: interval)
        let now = try sample(by, processes)
        var state = TopState()
        state.view = by
        let rows = state.arranged(now.rows(since: before))
        let document = Document(by: by.rawValue, seconds: interval, rows: rows)
        var table = TextTable([by.heading, "WHERE", "PACKETS/S", "BYTES/S", "PACKETS", "BYTES"])
        for row in rows {
            table.add(
                [row.name, row.place]
                    + [row.packetRate, row.byteRate, row.packets, row.bytes].map { "\($0)" })
        }
        try global.write(document, text: table.lines())
    }

    private func watch(on screen: borrowing Screen) throws {
        Interruption.await(hangUp: true)
        var state = TopState()
        (state.view, state.interval) = (by, interval)
        var processes = try processes(for: by)
        var samples = (before: TopSample?.none, now: try sample(by, processes))
        while !Interruption.isWished {
            let size = screen.size
            screen.draw(TopFrame(content(samples, state), state, size))
            let due = samples.now.time + .seconds(state.interval)
            var wait = state.isPaused ? 3600 : max(0, (due - ContinuousClock.now) / .seconds(1))
            // The buffer of events may be full before the time is over.
            if processes != nil { wait = min(wait, 0.2) }
            guard let keys = screen.keys(within: Int32(wait * 1000)) else { return }
            let view = state.view
            for key in keys
            where state.take(key, page: size.rows - TopFrame.frameLines) == .quit { return }
            try processes?.read()
            if state.view != view {
                processes = try self.processes(for: state.view)
                samples = (nil, try sample(state.view, processes))
            } else if !state.isPaused, ContinuousClock.now >= due {
                samples = (samples.now, try sample(state.view, processes))
            }
        }
    }

    /// Why there may be no rows.
    private func note(_ sample: TopSample, _ view: TopView) -> String? {
        if view == .process { return "no event yet" }
        return sample.attachments == 0 ? "nothing is attached: netctl attach IFACE" : nil
    }

    private func content(
        _ samples: (before: TopSample?, now: TopSample), _ state: TopState
    ) -> TopFrame.Content {
        let rates = samples.now.rates(since: samples.before)
        return TopFrame.Content(
            time: Date().formatted(date: .omitted, time: .standard),
            attachments: samples.now.attachments, seen: rates.seen, dropped: rates.dropped,
            rows: samples.now.rows(since: samples.before), note: note(samples.now, state.view))
    }
}
