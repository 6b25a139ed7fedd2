/// Numbers sets of matchers: a class of the classifier is such a set, so values that satisfy the
/// same matchers share a class. Number 0 is the empty set.
struct Combinations {
    /// There are more sets than may be told apart.
    struct TooMany: Error {
        let maximum: Int
    }

    /// What the numbered sets of one dimension may take. Sets that overlap in every way have as
    /// many combinations as prefixes.
    static let bytesMax = 256 << 20

    /// The matchers of each class.
    private(set) var members: [Row]
    private var numbers: [Row: Int]
    private var unions: [Union: Int] = [:]
    private var latest: (union: Union, class_: Int)?
    private let countMax: Int

    private struct Union: Hashable {
        let class_: Int
        let matcher: Int
    }

    init(matcherCount: Int) {
        let none = Row(count: matcherCount)
        members = [none]
        numbers = [none: 0]
        countMax = Self.bytesMax / (none.words.count * 8)
    }

    /// The class of exactly these matchers.
    mutating func number(of matchers: Row) throws(TooMany) -> Int {
        if let number = numbers[matchers] { return number }
        let number = members.count
        guard number < countMax else { throw TooMany(maximum: countMax) }
        members.append(matchers)
        numbers[matchers] = number
        return number
    }

    /// The class of one more matcher. Remembered: a block list asks the same a million times.
    mutating func union(_ class_: Int, _ matcher: Int) throws(TooMany) -> Int {
        let union = Union(class_: class_, matcher: matcher)
        if let latest, latest.union == union { return latest.class_ }
        let number: Int
        if let known = unions[union] {
            number = known
        } else {
            number = try self.union(class_, CollectionOfOne(matcher))
            unions[union] = number
        }
        latest = (union, number)
        return number
    }

    /// The class of more matchers.
    mutating func union(_ class_: Int, _ matchers: some Sequence<Int>) throws(TooMany) -> Int {
        var all = members[class_]
        for matcher in matchers { all.insert(matcher) }
        return try number(of: all)
    }
}
