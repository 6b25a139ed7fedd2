import ArgumentParser
import Datapath
import Foundation

/// `netctl top`.
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what is counted now, live: verdicts, rules, reasons.",
        discussion: """
            A screen that is drawn anew each second. Keys:

              1-3, Tab   what is listed: verdict, rule, reason
              s, r       what it is sorted by, the other way round
              /          type a text that a row must have; Enter keeps it, Esc clears it
              space      hold the picture
              + -        more or fewer seconds between two pictures
              up, down, PgUp, PgDn
              q          end

            Without a terminal, --once prints the table once, with the rates of one interval.
            """)

    @OptionGroup var selection: Selection

    @Option(help: "What is listed first: verdict, rule or reason.")
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

    private func sample() throws -> TopSample {
        try TopSample(of: selection.attachments(in: Observation.now()))
    }

    private struct Document: Encodable {
        let version = 1
        let by: String
        let seconds: Double
        let rows: [TopRow]
    }

    private func printOnce() throws {
        let before = try sample()
        Thread.sleep(forTimeInterval: interval)
        let now = try sample()
        var state = TopState()
        state.view = by
        let rows = state.arranged(now.rows(by, since: before))
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
        ScreenEnd.await()
        var state = TopState()
        (state.view, state.interval) = (by, interval)
        var samples = (before: TopSample?.none, now: try sample())
        while !ScreenEnd.isWished {
            let size = screen.size
            screen.draw(TopFrame(content(samples, state), state, size))
            let due = samples.now.time + .seconds(state.interval)
            let wait = state.isPaused ? 3600 : max(0, (due - ContinuousClock.now) / .seconds(1))
            guard let keys = screen.keys(within: Int32(min(wait, 3600) * 1000)) else { return }
            for key in keys
            where state.take(key, page: size.rows - TopFrame.frameLines) == .quit { return }
            if !state.isPaused, ContinuousClock.now >= due {
                samples = (samples.now, try sample())
            }
        }
    }

    private func content(
        _ samples: (before: TopSample?, now: TopSample), _ state: TopState
    ) -> TopFrame.Content {
        let rates = samples.now.rates(since: samples.before)
        return TopFrame.Content(
            time: Date().formatted(date: .omitted, time: .standard),
            attachments: samples.now.statistics.count, seen: rates.seen, dropped: rates.dropped,
            rows: samples.now.rows(state.view, since: samples.before),
            note: samples.now.statistics.isEmpty
                ? "nothing is attached: netctl attach IFACE" : nil)
    }
}
