internal import LinuxSystem
internal import SystemPackage

/// Why a file cannot be read; whoever tries says which.
struct ReadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ reason: String) { description = reason }

    init(_ error: any Error) {
        switch error {
        case let failure as ReadFailure: self = failure
        case let errno as Errno: self.init("\(errno.sentence) (\(errno.symbol))")
        default: self.init("\(error)")
        }
    }

    /// Refuses what is no regular file: opening alone would wait for the writer of a FIFO, and can start
    /// a device.
    ///
    /// - Parameters:
    ///   - path: What is to be opened.
    ///   - what: What it is to be.
    /// - Throws: ``ReadFailure``, or the errno of `stat(2)`.
    static func refuseIrregular(_ path: String, _ what: String) throws {
        let kind = try FileState(path: path).kind
        guard kind == .regular else {
            throw ReadFailure("it is \(kind.rawValue), and \(what) is a regular file")
        }
    }
}
