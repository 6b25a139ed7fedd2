import LinuxSystem
import Packets
import SystemPackage

/// The packets of a capture file, for a command.
struct Capture {
    private let path: String
    private var file: CaptureFile

    /// A capture over this is refused.
    private static let bytesMax = 256 << 20

    /// Reads a file; `-` is standard input.
    ///
    /// - Parameter path: The file.
    /// - Throws: What to say to the user.
    init(_ path: String) throws {
        self.path = path
        do {
            let bytes = try Self.open(path).readAll(atMost: Self.bytesMax + 1)
            guard bytes.count <= Self.bytesMax else {
                throw CaptureError(path: path, reason: "it is larger than 256 MB")
            }
            file = try CaptureFile(bytes)
        } catch let error as CaptureFile.Failure {
            throw CaptureError(path: path, reason: error.description)
        } catch let error as Errno {
            throw CaptureError(path: path, reason: "\(error.sentence) (\(error.symbol))")
        }
    }

    private static func open(_ path: String) throws -> OwnedDescriptor {
        guard path == "-" else { return try .open(path) }
        return OwnedDescriptor(owning: try FileDescriptor.standardInput.duplicate().rawValue)
    }

    /// Calls `body` for each packet, numbered from 1.
    consuming func forEach(_ body: (_ frame: [UInt8], _ number: Int) throws -> Void) throws {
        var number = 0
        var partial = 0
        defer {
            if partial > 0 {
                Terminal.warning(
                    "\(partial) of \(number) packets were captured in part; what is missing was "
                        + "taken as zeros")
            }
        }
        while let record = try next() {
            number += 1
            if record.isPartial { partial += 1 }
            try body(record.frame, number)
        }
    }

    private mutating func next() throws -> CaptureFile.Record? {
        do {
            return try file.next()
        } catch {
            throw CaptureError(path: path, reason: error.description)
        }
    }
}

/// Why a capture cannot be read.
struct CaptureError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "read capture: \(path): \(reason)" }
}
