/// The rows of a filter, numbered.
struct RowTable {
    private let wordsPerRow: Int
    private var numbers: [Row: UInt32] = [:]
    /// A word for each row.
    private(set) var summaries: [UInt64] = []
    /// All rows, one behind the other; empty when a row is one word, which is then its summary.
    private(set) var words: [UInt64] = []

    init(ruleCount: Int) {
        wordsPerRow = Row(count: ruleCount).words.count
    }

    /// The number of a row, which equal rows share.
    mutating func index(of row: Row) -> UInt32 {
        if let number = numbers[row] { return number }
        let number = append(row)
        numbers[row] = number
        return number
    }

    /// Adds a row at the end and returns its number.
    @discardableResult
    mutating func append(_ row: Row) -> UInt32 {
        summaries.append(row.summary)
        if wordsPerRow > 1 { words += row.words }
        return UInt32(summaries.count - 1)
    }

    /// The memory that the rows take.
    var bytes: Int { (summaries.count + words.count) * 8 }
}
