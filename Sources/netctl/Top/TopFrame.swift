/// One picture of `netctl top`: lines of text, none longer than the screen is wide.
struct TopFrame: Equatable {
    /// A line, and whether it stands out.
    struct Line: Equatable {
        let text: String
        let isInverse: Bool

        init(_ text: String, isInverse: Bool = false) {
            self.text = text
            self.isInverse = isInverse
        }
    }

    /// How large the screen is.
    struct Size: Equatable {
        let columns: Int
        let rows: Int
    }

    /// What is drawn.
    struct Content {
        /// The time of day.
        var time: String
        /// How many attachments are counted.
        var attachments: Int
        /// All packets each second, and those that were dropped.
        var seen: UInt64
        var dropped: UInt64
        /// What the view lists.
        var rows: [TopRow]
        /// What is good to know, such as why there are no rows.
        var note: String?
    }

    let lines: [Line]

    /// Lines that are no rows: above and below them.
    static let frameLines = 5
    private static let smallest = Size(columns: 40, rows: 8)

    /// Draws.
    init(_ content: Content, _ state: TopState, _ size: Size) {
        guard size.columns >= Self.smallest.columns, size.rows >= Self.smallest.rows else {
            lines = [Line("too small: \(Self.smallest.columns)x\(Self.smallest.rows)")].map {
                Self.cut($0, size.columns)
            }
            return
        }
        let room = size.rows - Self.frameLines
        let arranged = state.arranged(content.rows)
        let first = min(state.scrolled, max(0, arranged.count - room))
        let shown = Array(arranged[first..<min(arranged.count, first + room)])
        let columns = TopColumns(width: size.columns)
        var lines = [
            Line(Self.title(content, state)), Line(Self.views(state)),
            Line(Self.choice(state, arranged.count, content.rows.count, first, shown.count)),
            Line(columns.heading(state.view), isInverse: true),
        ]
        lines += shown.map { Line(columns.text($0)) }
        if shown.isEmpty, let note = content.note { lines.append(Line(note)) }
        while lines.count < size.rows - 1 { lines.append(Line("")) }
        lines.append(Line(Self.keys(state), isInverse: true))
        self.lines = lines.map { Self.cut($0, size.columns) }
    }

    private static func title(_ content: Content, _ state: TopState) -> String {
        let count = content.attachments
        return "netctl top  \(content.time)  \(count) attachment\(count == 1 ? "" : "s")  "
            + "seen \(ShortNumber.text(content.seen))/s  dropped \(ShortNumber.text(content.dropped))/s"
            + (state.isPaused ? "  PAUSED" : "")
    }

    private static func views(_ state: TopState) -> String {
        TopView.allCases.map { view in
            view == state.view ? "[\(view.key) \(view.rawValue)]" : " \(view.key) \(view.rawValue) "
        }.joined(separator: " ")
    }

    private static func choice(
        _ state: TopState, _ kept: Int, _ all: Int, _ first: Int, _ shown: Int
    ) -> String {
        let range = kept > shown ? "  rows \(first + 1)-\(first + shown) of \(kept)" : ""
        let filter =
            state.isTyping
            ? "  filter: \(state.filter)_"
            : state.filter.isEmpty ? "" : "  filter: \(state.filter) (\(kept) of \(all))"
        let interval = state.interval < 1 ? "\(state.interval)" : "\(Int(state.interval))"
        return "sort: \(state.order.rawValue)\(state.isReversed ? " reversed" : "")"
            + "  every \(interval) s" + filter + range
    }

    private static func keys(_ state: TopState) -> String {
        state.isTyping
            ? "type to filter  Enter keep  Esc clear"
            : "q quit  1-\(TopView.allCases.count) view  s sort  r reverse  / filter  space pause  +- interval"
    }

    private static func cut(_ line: Line, _ width: Int) -> Line {
        // What stands out does so over the whole width.
        let padding = line.isInverse ? String(repeating: " ", count: width) : ""
        return Line(String((line.text + padding).prefix(width)), isInverse: line.isInverse)
    }
}
