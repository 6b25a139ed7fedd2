import Foundation

/// How much of the matrix is tried.
struct FaultPart {
    /// What belongs to it.
    enum Extent: String {
        /// A sample of some seconds.
        case sample
        /// Every failpoint; every place in the program that calls, the first time that it is come by, with one
        /// error, another one on each hook.
        case places
        /// Every failpoint; every call with every error.
        case all
    }

    let extent: Extent
    private let part: Int
    private let count: Int

    /// What `NETCTL_FAULTS` says: `places`, `all`, or `all:2/8` for the second of eight parts, which may run at
    /// the same time.
    static let current: FaultPart = {
        guard let text = ProcessInfo.processInfo.environment["NETCTL_FAULTS"] else {
            return FaultPart(extent: .sample, part: 1, count: 1)
        }
        let words = text.split(separator: ":", maxSplits: 1)
        let numbers = words.count == 2 ? words[1].split(separator: "/").map { Int($0) } : [1, 1]
        guard let extent = words.first.flatMap({ Extent(rawValue: String($0)) }),
            numbers.count == 2, let part = numbers[0], let count = numbers[1],
            count > 0, (1...count).contains(part)
        else { fatalError("NETCTL_FAULTS: 'places', 'all' or 'all:2/8', not '\(text)'") }
        return FaultPart(extent: extent, part: part, count: count)
    }()

    /// Whether it is more than a sample.
    static var isWhole: Bool { current.extent != .sample }

    /// Whether a case belongs to it.
    ///
    /// - Parameters:
    ///   - number: The case, counted in all of the matrix.
    ///   - interval: Of how many a sample has one.
    /// - Returns: Whether it is tried.
    static func includes(_ number: Int, sampling interval: Int) -> Bool {
        isWhole ? number % current.count == current.part - 1 : number % interval == 0
    }
}
