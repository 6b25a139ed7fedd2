/// Numbers sets of matchers: a class of the classifier is such a set, so values that satisfy the
/// same matchers share a class. Number 0 is the empty set.
struct Combinations {
    /// The matchers of each class, ascending.
    private(set) var members: [[Int]] = [[]]
    private var numbers: [[Int]: Int] = [[]: 0]
    private var unions: [Union: Int] = [:]

    private struct Union: Hashable {
        let class_: Int
        let matcher: Int
    }

    /// The class of exactly these matchers.
    mutating func number(of matchers: [Int]) -> Int {
        if let number = numbers[matchers] { return number }
        let number = members.count
        members.append(matchers)
        numbers[matchers] = number
        return number
    }

    /// The class of one more matcher. Remembered: a block list asks the same a million times.
    mutating func union(_ class_: Int, _ matcher: Int) -> Int {
        let key = Union(class_: class_, matcher: matcher)
        if let known = unions[key] { return known }
        var matchers = members[class_]
        let place = matchers.firstIndex { $0 >= matcher } ?? matchers.endIndex
        if place == matchers.endIndex || matchers[place] != matcher {
            matchers.insert(matcher, at: place)
        }
        let number = number(of: matchers)
        unions[key] = number
        return number
    }
}
