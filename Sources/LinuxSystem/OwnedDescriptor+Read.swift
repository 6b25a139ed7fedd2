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

    /// Reads until the end, or until there is enough.
    ///
    /// - Parameter limit: The most bytes that are wanted.
    /// - Returns: The bytes, `limit` of them at most.
    /// - Throws: `Errno` of `read(2)`.
    public borrowing func readAll(atMost limit: Int = .max) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let count = try read(into: &chunk)
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(min(count, limit - bytes.count)))
        }
        return bytes
    }
}
