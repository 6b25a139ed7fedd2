internal import Glibc
public import SystemPackage

extension OwnedDescriptor {
    /// Reads some bytes (`read(2)`), again if a signal came between.
    ///
    /// - Parameter buffer: Where to; its count is the most that is read.
    /// - Returns: How many bytes were read; 0 at the end.
    /// - Throws: `Errno` of the call.
    public borrowing func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
        while true {
            let count = Glibc.read(rawValue, &buffer, buffer.count)
            if count >= 0 { return count }
            let errno = Errno.current
            guard errno == .interrupted else { throw errno }
        }
    }
}
