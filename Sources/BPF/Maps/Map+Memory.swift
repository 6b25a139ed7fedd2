internal import Glibc
internal import LinuxSystem

extension Map {
    /// The memory that the map takes, in bytes, as the kernel accounts for it; `nil` if it does not
    /// tell. Values that live elsewhere, as those of ``MapType/socketStorage``, are not counted.
    public var memory: UInt64? {
        let file = fopen("/proc/thread-self/fdinfo/\(descriptor.rawValue)", "re")
        guard let file else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            // memlock:	12583040
            let words = text.split(whereSeparator: \.isWhitespace)
            if words.first == "memlock:", words.count == 2 { return UInt64(words[1]) }
        }
        return nil
    }
}
