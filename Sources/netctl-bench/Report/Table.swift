/// A Markdown table.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) {
        rows = [header, header.indices.map { $0 == 0 ? "---" : "--:" }]
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        rows.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }
}

extension Double {
    /// With as many digits behind the point as make sense for its size.
    var text: String {
        let digits = magnitude < 1 ? 100.0 : magnitude < 10 ? 10.0 : 1.0
        let rounded = (self * digits).rounded() / digits
        return magnitude < 10 ? "\(rounded)" : grouped(Int(rounded))
    }
}

/// `1,000,000`.
func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var place = digits.count - 3
    while place > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
        place -= 3
    }
    return (number < 0 ? "-" : "") + digits
}
