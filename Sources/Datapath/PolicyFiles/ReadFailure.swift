internal import LinuxSystem
internal import SystemPackage

/// Why a file cannot be read; whoever tries says which.
struct ReadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ reason: String) { description = reason }

    init(_ error: any Error) {
        switch error {
        case let errno as Errno: self.init("\(errno.sentence) (\(errno.symbol))")
        default: self.init("\(error)")
        }
    }
}
