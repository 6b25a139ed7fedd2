internal import Foundation
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A folder that nobody else can write to, removed with this value.
final class TemporaryFolder {
    let path: String

    init() throws(ProgramsError) {
        let place = NSTemporaryDirectory()
        var template = Array(
            "\(place.hasSuffix("/") ? place : place + "/")netctl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let errno = Errno(rawValue: errno)
            throw ProgramsError("make temporary folder", place, errno.sentence, errno: errno)
        }
        path = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
