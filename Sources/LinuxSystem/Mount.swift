/// One mounted file system: a line of `/proc/PID/mountinfo`.
public struct Mount: Hashable, Sendable {
    /// The mount's id, unique while it is mounted.
    public let id: Int
    /// The id of the mount below it.
    public let parent: Int
    /// The part of the file system that is mounted: `/` unless it is a bind mount.
    public let root: String
    /// Where it is mounted, relative to the reader's root.
    public let mountPoint: String
    /// Options of the mount: `["rw", "relatime"]`.
    public let options: [String]
    /// The file system's type: `"bpf"`, `"cgroup2"`.
    public let type: String
    /// What is mounted, as given to `mount(2)`: a device, or any word.
    public let source: String
    /// Options of the file system: `["rw", "mode=700"]`.
    public let superOptions: [String]

    /// Reads a line of mountinfo; nil if it is malformed.
    ///
    ///     36 35 98:0 /mnt1 /mnt\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    ///
    /// Between the options and the dash stand zero or more optional fields.
    init?(line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count >= 10, let id = Int(fields[0]), let parent = Int(fields[1]),
            let dash = fields.dropFirst(6).firstIndex(of: "-"), fields.count >= dash + 4
        else { return nil }
        self.id = id
        self.parent = parent
        root = Mount.decodeEscapes(fields[3])
        mountPoint = Mount.decodeEscapes(fields[4])
        options = fields[5].split(separator: ",").map(String.init)
        type = Mount.decodeEscapes(fields[dash + 1])
        source = Mount.decodeEscapes(fields[dash + 2])
        superOptions = fields[dash + 3].split(separator: ",").map(String.init)
    }

    /// Decodes `\040` and its like: the kernel writes blanks, newlines and backslashes so.
    static func decodeEscapes(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
