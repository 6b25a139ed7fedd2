import Foundation

/// How much of the matrix is tried: a sample of some seconds, all of it, or one of several parts of it, which
/// may run at the same time.
enum FaultPart {
    case sample
    case part(Int, of: Int)

    /// What `NETCTL_FAULTS` says: `all`, or `2/8` for the second of eight parts.
    static let current: FaultPart = {
        guard let text = ProcessInfo.processInfo.environment["NETCTL_FAULTS"] else {
            return .sample
        }
        if text == "all" { return .part(1, of: 1) }
        let numbers = text.split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0, (1...numbers[1]).contains(numbers[0]) else {
            fatalError(
                "NETCTL_FAULTS: 'all', or '2/8' for the second of eight parts, not '\(text)'")
        }
        return .part(numbers[0], of: numbers[1])
    }()

    /// Whether it is all, or a part of all.
    static var isWhole: Bool { if case .part = current { true } else { false } }

    /// Whether a case belongs to it.
    ///
    /// - Parameters:
    ///   - number: The case, counted in all of the matrix.
    ///   - interval: Of how many a sample has one.
    /// - Returns: Whether it is tried.
    static func includes(_ number: Int, sampling interval: Int) -> Bool {
        switch current {
        case .sample: number % interval == 0
        case .part(let part, let count): number % count == part - 1
        }
    }
}
