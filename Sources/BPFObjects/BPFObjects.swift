/// The BPF objects of this build, one constant per `bpf/*.bpf.c`; the benchmark adds its own.
public enum BPFObjects {}

/// A compiled BPF object carried inside the binary.
public struct EmbeddedObject: Sendable {
    /// The source's name without `.bpf.c`.
    public let name: StaticString
    let base64: StaticString

    /// An object as the build embeds it.
    package init(name: StaticString, base64: StaticString) {
        self.name = name
        self.base64 = base64
    }

    /// Decodes the ELF image, about 1 ns a byte.
    public func image() -> [UInt8] {
        let encoded = UnsafeBufferPointer(start: base64.utf8Start, count: base64.utf8CodeUnitCount)
        var image: [UInt8] = []
        image.reserveCapacity(encoded.count / 4 * 3)
        var bits: UInt32 = 0
        var width = 0
        for character in encoded {
            guard let value = Self.value(of: character) else { continue }
            bits = bits << 6 | value
            width += 6
            if width >= 8 {
                width -= 8
                image.append(UInt8(truncatingIfNeeded: bits >> width))
            }
        }
        return image
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
