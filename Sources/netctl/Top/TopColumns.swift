/// How wide the columns are.
struct TopColumns {
    private let name: Int
    private let place: Int
    private let hasBytes: Bool

    private static let number = 10

    init(width: Int) {
        hasBytes = width >= 90
        let numbers = (hasBytes ? 4 : 3) * (Self.number + 1)
        let rest = max(20, width - numbers - 1)
        name = rest * 3 / 5
        place = rest - name
    }

    func heading(_ view: TopView) -> String {
        line(view.heading, "WHERE", ["PACKETS/S", "BYTES/S", "PACKETS", "BYTES"])
    }

    func text(_ row: TopRow) -> String {
        line(
            row.name, row.place,
            [row.packetRate, row.byteRate, row.packets, row.bytes].map(ShortNumber.text))
    }

    private func line(_ name: String, _ place: String, _ numbers: [String]) -> String {
        let cells = numbers.prefix(hasBytes ? 4 : 3).map { " " + right($0, Self.number) }
        return left(name, self.name) + " " + left(place, self.place) + cells.joined()
    }

    /// Cut with a mark, or filled up.
    private func left(_ text: String, _ width: Int) -> String {
        text.count > width
            ? text.prefix(width - 1) + "~"
            : text + String(repeating: " ", count: width - text.count)
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

/// Numbers of at most seven characters.
enum ShortNumber {
    /// `99999`, `123 k`, `1.23 M`
    static func text(_ number: UInt64) -> String {
        guard number > 99_999 else { return "\(number)" }
        var (value, unit) = (Double(number) / 1000, 0)
        let units = ["k", "M", "G", "T", "P", "E"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let whole = UInt64(value)
        guard value < 100 else { return "\(whole) \(units[unit])" }
        let digits = value < 10 ? UInt64(100) : 10
        let fraction = UInt64((value - Double(whole)) * Double(digits))
        let text = String(fraction)
        let zeros = String(repeating: "0", count: (digits == 100 ? 2 : 1) - text.count)
        return "\(whole).\(zeros)\(text) \(units[unit])"
    }
}
