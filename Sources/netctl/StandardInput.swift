import Foundation
import LinuxSystem
import Policy
import SystemPackage

/// Standard input, read as a set file is. A file that is written to meanwhile is refused; one that
/// another file replaces is read to its end as it was.
final class StandardInput: SetFileText {
    private let file = FileDescriptor.standardInput
    private let before: FileState?

    init() { before = Self.state }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try file.read(into: buffer)
        if count == 0, let before, before.kind == .regular, Self.state != before {
            throw Changed()
        }
        return count
    }

    func rewind() throws { throw Errno.illegalSeek }

    private struct Changed: Error, CustomStringConvertible {
        let description = "the file changed while it was read; write another one and rename it"
    }

    private static var state: FileState? { try? FileState(path: "/proc/self/fd/0") }
}
