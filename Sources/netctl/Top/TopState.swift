/// What the person at the screen has chosen.
struct TopState: Equatable {
    /// What rows are sorted by.
    enum Order: String, CaseIterable {
        case packetRate = "packets/s"
        case byteRate = "bytes/s"
        case packets
        case name
    }

    /// What is to be done besides drawing.
    enum Action: Equatable {
        case quit
    }

    var view = TopView.rule
    var order = Order.packetRate
    var isReversed = false
    /// Only rows with this text in them.
    var filter = ""
    /// Whether keys go to the filter.
    var isTyping = false
    var isPaused = false
    /// How many rows are above the screen.
    var scrolled = 0
    /// Seconds between two samples.
    var interval = 1.0

    private static let intervals = [0.5, 1, 2, 5, 10]

    /// Takes a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - page: How many rows the screen has.
    /// - Returns: What is to be done besides drawing.
    mutating func take(_ key: Key, page: Int) -> Action? {
        if isTyping {
            type(key)
            return nil
        }
        switch key {
        case .character("q"), .interrupt: return .quit
        case .character("s"):
            order =
                Order.allCases[
                    ((Order.allCases.firstIndex(of: order) ?? 0) + 1) % Order.allCases.count]
        case .character("r"): isReversed.toggle()
        case .character("/"): isTyping = true
        case .character(" "): isPaused.toggle()
        case .character("+"): interval = Self.intervals.first { $0 > interval } ?? interval
        case .character("-"): interval = Self.intervals.last { $0 < interval } ?? interval
        case .escape: filter = ""
        case .tab:
            let all = TopView.allCases
            show(all[((all.firstIndex(of: view) ?? 0) + 1) % all.count])
        case .up: scrolled = max(0, scrolled - 1)
        case .down: scrolled += 1
        case .pageUp: scrolled = max(0, scrolled - page)
        case .pageDown: scrolled += page
        case .character(let character):
            if let view = TopView.allCases.first(where: { $0.key == character }) { show(view) }
        case .enter, .backspace: break
        }
        return nil
    }

    private mutating func show(_ view: TopView) {
        self.view = view
        scrolled = 0
    }

    private mutating func type(_ key: Key) {
        scrolled = 0
        switch key {
        case .character(let character): filter.append(character)
        case .backspace: _ = filter.popLast()
        case .enter: isTyping = false
        case .escape, .interrupt:
            filter = ""
            isTyping = false
        default: break
        }
    }

    /// The rows that are meant, in their order.
    func arranged(_ rows: [TopRow]) -> [TopRow] {
        let wanted = filter.lowercased()
        let kept = rows.filter {
            wanted.isEmpty || "\($0.name) \($0.place)".lowercased().contains(wanted)
        }
        let sorted = kept.sorted { left, right in
            let (first, second) = isReversed ? (right, left) : (left, right)
            switch order {
            case .packetRate where first.packetRate != second.packetRate:
                return first.packetRate > second.packetRate
            case .byteRate where first.byteRate != second.byteRate:
                return first.byteRate > second.byteRate
            case .packets where first.packets != second.packets,
                .packetRate where first.packets != second.packets:
                return first.packets > second.packets
            default: return (first.name, first.place) < (second.name, second.place)
            }
        }
        return sorted
    }
}
