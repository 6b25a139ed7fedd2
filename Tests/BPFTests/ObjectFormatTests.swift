import BPF
import Testing

/// What is no BPF object is refused with what it is.
@Suite struct ObjectFormatTests {
    /// An ELF header of 64 bytes: 64 bits, little-endian, for a machine.
    private static func header(machine: UInt16, byteOrder: UInt8 = 1) -> [UInt8] {
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, byteOrder, 1]
        bytes += [UInt8](repeating: 0, count: 57)
        bytes[byteOrder == 1 ? 18 : 19] = UInt8(machine & 0xff)
        return bytes
    }

    @Test(arguments: [
        ([], "it is empty"),
        (Array("int main() {}".utf8), "it is no ELF object"),
        ([0x42, 0x43, 0xc0, 0xde, 0], "it is LLVM bitcode"),
        (Array(header(machine: 62).prefix(20)), "its ELF header is cut"),
        (header(machine: 62), "it is an object for x86-64, not for BPF"),
        (header(machine: 183), "it is an object for AArch64, not for BPF"),
        (header(machine: 99), "it is an object for machine 99, not for BPF"),
        (header(machine: 247, byteOrder: 2), "it is for big-endian processors"),
    ])
    func refused(_ image: [UInt8], _ reason: String) throws {
        let error = try failure { _ = try OpenObject(image: image, name: "x.o") }
        #expect(error.code == .object)
        #expect("\(error)".hasPrefix("open object x.o: \(reason)"), "\(error)")
    }

    @Test("an ELF header for BPF with nothing behind it is libbpf's to refuse")
    func truncated() throws {
        let error = try failure {
            _ = try OpenObject(image: Self.header(machine: 247), name: "x.o")
        }
        #expect(error.code == .object)
    }
}
