import Foundation
import TestSupport

/// A process that plays `Fixtures/scene.pl`, and what it said that it did.
final class Scene {
    /// A socket as the process that has it tells it.
    struct Socket: Equatable {
        let cookie: UInt64
        let port: UInt16
        let pid: Int32
    }

    private var command: BackgroundCommand
    private var output = ""

    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/scene.pl").path

    /// What to run for some steps, in a cgroup if one is given.
    static func arguments(_ steps: String, in cgroup: TestCgroup? = nil) -> [String] {
        let words = ["perl", script] + steps.split(separator: " ").map(String.init)
        return cgroup?.command(words) ?? words
    }

    /// Starts a process in the calling thread's network namespace, and waits for a word in what it
    /// prints.
    ///
    /// - Parameters:
    ///   - steps: Steps of the script.
    ///   - cgroup: Where it runs.
    ///   - word: What is waited for; `ready` is said by the step `wait`.
    ///   - environment: Variables that it gets besides.
    /// - Throws: `CommandError`.
    init(
        _ steps: String, in cgroup: TestCgroup? = nil, until word: String = "ready\n",
        environment: [String: String] = [:]
    ) throws {
        command = try BackgroundCommand(
            Self.arguments(steps, in: cgroup), environment: environment)
        try wait(for: word)
    }

    /// Waits for a word in what it prints.
    func wait(for word: String) throws {
        output = try command.waitForOutput(word, limit: .seconds(60))
    }

    /// Kills it.
    func end() { command.signal(SIGKILL) }

    /// The socket that was told by `cookie WORD`.
    func socket(_ word: String) throws -> Socket {
        let numbers = try line(word)
        guard numbers.count == 3, let port = UInt16(exactly: numbers[1]) else {
            throw missing(word)
        }
        return Socket(
            cookie: numbers[0], port: port, pid: Int32(truncatingIfNeeded: numbers[2]))
    }

    /// The process that `say WORD` told of.
    func pid(_ word: String) throws -> Int32 {
        guard let number = try line(word).first else { throw missing(word) }
        return Int32(truncatingIfNeeded: number)
    }

    /// The sockets that `many WORD COUNT` made.
    func cookies(_ word: String) throws -> [UInt64] { try line(word).dropLast() }

    /// All processes that have told of themselves.
    func pids() throws -> Set<Int32> {
        let words = output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        return Set(
            try words.compactMap { try line(String($0)).last }.map { Int32(truncatingIfNeeded: $0) }
        )
    }

    /// Everything that was said so far.
    var said: String { output }

    private func line(_ word: String) throws -> [UInt64] {
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first.map(String.init) == word {
                return words.dropFirst().compactMap { UInt64($0) }
            }
        }
        throw missing(word)
    }

    private func missing(_ word: String) -> SceneError {
        SceneError(description: "the scene said nothing of '\(word)': \(output)")
    }

    /// Runs some steps to their end.
    static func play(_ steps: String, in cgroup: TestCgroup? = nil) throws -> String {
        try runChecked(arguments(steps, in: cgroup), limit: .seconds(60))
    }
}

/// A process that did not say what a test needs.
struct SceneError: Error, CustomStringConvertible {
    let description: String
}
