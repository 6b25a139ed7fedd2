import Foundation
import Glibc

/// Commands of others: whether they are here, and what they say.
enum Tool {
    /// Whether a command is on the path.
    static func isInstalled(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin")
            .split(separator: ":")
            .contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    /// Runs a command and returns its standard output.
    ///
    /// - Throws: ``BenchError`` with what it complained of, unless it succeeds.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        let (output, errors) = try (Scratch(), Scratch())
        let child = try ChildProcess(arguments, output: (output.descriptor, errors.descriptor))
        let succeeded = child.wait()
        guard succeeded else {
            let complaint = errors.text.isEmpty ? output.text : errors.text
            throw BenchError(
                "\(arguments.joined(separator: " ")): "
                    + complaint.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return output.text
    }

    /// A file without a name, which takes however much there is; a pipe would have to be emptied.
    private final class Scratch {
        let descriptor: Int32

        init() throws {
            guard let file = tmpfile() else { throw BenchError("no temporary file") }
            descriptor = dup(fileno(file))
            fclose(file)
        }

        deinit { close(descriptor) }

        var text: String {
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
            try? handle.seek(toOffset: 0)
            return String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        }
    }
}
