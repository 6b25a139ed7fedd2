import Testing

@testable import netctl

@Suite struct TopFrameTests {
    private static let rows = [
        row("telnet", "eth1 xdp", 12, 1200, 34000),
        row("threats", "eth1 xdp", 150_000, 9_000_000, 9_000_000),
        row("telnet", "eth0 xdp", 12, 900, 5_000_000_000),
    ]

    private static func row(
        _ name: String, _ place: String, _ rate: UInt64, _ bytes: UInt64, _ packets: UInt64
    ) -> TopRow {
        TopRow(
            name: name, place: place, packets: packets, bytes: packets,
            before: (packets: packets &- rate, bytes: packets &- bytes), seconds: 1)
    }

    private static func content(_ rows: [TopRow] = rows, note: String? = nil) -> TopFrame.Content {
        TopFrame.Content(
            time: "14:02:11", attachments: 2, seen: 150_024, dropped: 12, rows: rows, note: note)
    }

    private func text(_ frame: TopFrame) -> String {
        frame.lines.map { $0.text.reversed().drop { $0 == " " }.reversed() }
            .map { String($0) }.joined(separator: "\n")
    }

    @Test func `80 columns and 12 rows`() {
        let frame = TopFrame(Self.content(), TopState(), .init(columns: 80, rows: 12))
        #expect(
            text(frame) == """
                netctl top  14:02:11  2 attachments  seen 150 k/s  dropped 12/s
                 1 verdict  [2 rule]  3 reason   4 source   5 process
                sort: packets/s  every 1 s
                RULE                        WHERE                PACKETS/S    BYTES/S    PACKETS
                threats                     eth1 xdp                 150 k     9.00 M     9.00 M
                telnet                      eth0 xdp                    12        900     5.00 G
                telnet                      eth1 xdp                    12       1200      34000




                q quit  1-5 view  s sort  r reverse  / filter  space pause  +- interval
                """)
    }

    @Test func `100 columns have bytes, too`() {
        let frame = TopFrame(Self.content(), TopState(), .init(columns: 100, rows: 8))
        #expect(frame.lines[3].text.contains("PACKETS      BYTES"))
    }

    @Test(arguments: [(1, 1), (39, 24), (80, 7), (40, 8), (80, 24), (200, 50), (0, 0)])
    func `never larger than the screen`(columns: Int, rows: Int) {
        let many = (0..<100).map {
            Self.row("rule-\($0)-" + String(repeating: "x", count: 60), "eth\($0) xdp", 1, 1, 1)
        }
        var state = TopState()
        for key in [Key.character("/"), .character("r"), .down, .pageDown, .pageDown] {
            _ = state.take(key, page: 10)
            let frame = TopFrame(
                Self.content(many), state, .init(columns: columns, rows: rows))
            #expect(frame.lines.count <= max(1, rows))
            #expect(frame.lines.allSatisfy { $0.text.count <= columns })
        }
    }

    @Test func `what scrolls out says which rows are shown`() {
        let many = (10..<40).map { Self.row("rule-\($0)", "eth1 xdp", 1, 1, 1) }
        var state = TopState()
        state.scrolled = 1000
        let frame = TopFrame(Self.content(many), state, .init(columns: 80, rows: 24))
        #expect(frame.lines[2].text.hasSuffix("rows 12-30 of 30"))
        #expect(frame.lines[22].text.hasPrefix("rule-39"))
    }

    @Test func `without rows a note`() {
        let frame = TopFrame(
            Self.content([], note: "nothing is attached"), TopState(),
            .init(columns: 80, rows: 24))
        #expect(frame.lines[4].text == "nothing is attached")
    }
}

@Suite struct TopStateTests {
    private func state(_ keys: [Key]) -> TopState {
        var state = TopState()
        for key in keys { #expect(state.take(key, page: 10) == nil) }
        return state
    }

    @Test func `keys choose view, order and pause`() {
        #expect(state([.character("3")]).view == .reason)
        #expect(state([.tab]).view == .reason)
        #expect(state([.character("4")]).view == .source)
        #expect(state([.character("5"), .tab]).view == .verdict)
        #expect(state([.character("s")]).order == .byteRate)
        #expect(state(Array(repeating: .character("s"), count: 4)).order == .packetRate)
        #expect(state([.character("r")]).isReversed)
        #expect(state([.character(" ")]).isPaused)
        #expect(state([.character("+"), .character("+")]).interval == 5)
        #expect(state(Array(repeating: .character("-"), count: 9)).interval == 0.5)
        #expect(state([.pageDown, .up]).scrolled == 9)
        #expect(state([.up]).scrolled == 0)
        var state = TopState()
        #expect(state.take(.character("q"), page: 1) == .quit)
        #expect(state.take(.interrupt, page: 1) == .quit)
    }

    @Test func `a filter is typed, kept and cleared`() {
        let typed = state([.character("/")] + "q1x".map { .character($0) } + [.backspace])
        #expect(typed.filter == "q1" && typed.isTyping && typed.view == .rule)
        #expect(state([.character("/"), .character("a"), .enter]).filter == "a")
        #expect(state([.character("/"), .character("a"), .enter, .escape]).filter == "")
        #expect(state([.character("/"), .character("a"), .escape]) == TopState())
    }

    @Test func `rows are filtered and sorted`() {
        let rows = [("a", 1, 300), ("b", 3, 100), ("c", 2, 200)].map { name, rate, bytes in
            TopRow(
                name: name, place: "eth1", packets: 10, bytes: 1000,
                before: (packets: 10 - UInt64(rate), bytes: 1000 - UInt64(bytes)), seconds: 1)
        }
        var state = TopState()
        #expect(state.arranged(rows).map(\.name) == ["b", "c", "a"])
        state.order = .byteRate
        #expect(state.arranged(rows).map(\.name) == ["a", "c", "b"])
        state.order = .name
        state.isReversed = true
        #expect(state.arranged(rows).map(\.name) == ["c", "b", "a"])
        state.filter = "B"
        #expect(state.arranged(rows).map(\.name) == ["b"])
    }

    @Test func `a counter that began anew`() {
        let row = TopRow(
            name: "a", place: "b", packets: 5, bytes: 50, before: (packets: 100, bytes: 1000),
            seconds: 2)
        #expect(row.packetRate == 2 && row.byteRate == 25)
    }
}

@Suite struct KeyTests {
    @Test(
        arguments: [
            ("q", [.character("q")]), ("\u{1B}", [.escape]), ("\u{1B}[A", [.up]),
            ("\u{1B}OB", [.down]),
            ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
            ("\t\r\u{7F}", [.tab, .enter, .backspace]),
            ("\u{1B}[1;5A", []), ("\u{1B}[", []), ("\u{3}", [.interrupt]),
            ("\u{1B}[200~x", [.character("x")]),
            ("é", []),
        ] as [(String, [Key])])
    func `what a terminal sends`(text: String, keys: [Key]) {
        #expect(Key.keys(Array(text.utf8)) == keys)
    }
}

@Suite struct ShortNumberTests {
    @Test(
        arguments: [
            (0, "0"), (99_999, "99999"), (100_000, "100 k"), (123_456, "123 k"),
            (1_234_567, "1.23 M"),
            (12_345_678, "12.3 M"), (999_999_999, "999 M"), (1_050_000_000, "1.05 G"),
            (UInt64.max, "18.4 E"),
        ] as [(UInt64, String)])
    func `at most seven characters`(number: UInt64, text: String) {
        #expect(ShortNumber.text(number) == text)
        #expect(text.count <= 7)
    }
}
