internal import Foundation
internal import SystemPackage

/// A program that was run without a shell, and what it said.
struct Subprocess {
    let status: Int32
    let stdout: String
    let stderr: String

    /// Runs a program to its end, with nothing to read.
    static func run(_ path: String, _ arguments: [String]) throws(ProgramsError) -> Subprocess {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let stdout = Pipe()
        let stderr = Pipe()
        process.standardOutput = stdout
        process.standardError = stderr
        do {
            try process.run()
        } catch {
            throw ProgramsError("run", path, error.localizedDescription, code: .unsupported)
        }
        // Two pipes, one of which may fill while the other is read: each has its reader.
        let errors = Reader(stderr.fileHandleForReading)
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Subprocess(
            status: process.terminationStatus, stdout: String(decoding: output, as: UTF8.self),
            stderr: errors.text)
    }

    /// Reads a pipe to its end on a thread of its own.
    private final class Reader: @unchecked Sendable {
        private let done = DispatchSemaphore(value: 0)
        private var bytes = Data()

        init(_ handle: FileHandle) {
            let thread = Thread {
                self.bytes = handle.readDataToEndOfFile()
                self.done.signal()
            }
            thread.start()
        }

        var text: String {
            done.wait()
            defer { done.signal() }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
