import ArgumentParser

/// A socket of a process as it is typed: `4711` or `4711:5`.
struct SocketWord: ExpressibleByArgument {
    let pid: Int32
    /// Nil for the process's only socket.
    let descriptor: Int32?

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int32($0) }
        guard numbers.count == parts.count, (1...2).contains(numbers.count),
            numbers.allSatisfy({ $0 >= 0 }), numbers[0] > 0
        else { return nil }
        pid = numbers[0]
        descriptor = numbers.count == 2 ? numbers[1] : nil
    }
}
