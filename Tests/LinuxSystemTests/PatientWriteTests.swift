import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite("Writing to who may not read")
struct PatientWriteTests {
    @Test("a pipe takes what it has room for; what is more is given up, and can be told of later")
    func full() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        defer { for end in [reading, writing] { try? end.close() } }
        #expect(try writing.write("hello", waitingUpTo: .zero))
        #expect(try !writing.write(String(repeating: "x", count: 1 << 20), waitingUpTo: .zero))
        #expect(try !writing.write("y", waitingUpTo: .milliseconds(1)))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = try buffer.withUnsafeMutableBytes { try reading.read(into: $0) }
        #expect(String(decoding: buffer.prefix(5), as: UTF8.self) == "hello" && count > 4096)
        #expect(try writing.write("y", waitingUpTo: .zero))
    }
}
