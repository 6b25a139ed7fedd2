internal import Glibc
internal import SystemPackage

extension Errno {
    /// The calling thread's `errno`; read it before any other call.
    static var current: Errno { Errno(rawValue: Glibc.errno) }

    /// Throws if a shim answered a negative errno, else returns its answer.
    @discardableResult
    static func check(_ answer: Int32) throws(Errno) -> Int32 {
        guard answer >= 0 else { throw Errno(rawValue: -answer) }
        return answer
    }
}
