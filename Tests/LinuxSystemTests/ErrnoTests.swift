import LinuxSystem
import SystemPackage
import Testing

@Suite("Errno names")
struct ErrnoTests {
    @Test(arguments: [
        (1, "EPERM"), (2, "ENOENT"), (11, "EAGAIN"), (95, "EOPNOTSUPP"), (133, "EHWPOISON"),
        (524, "ENOTSUPP"), (4000, "4000"),
    ])
    func symbol(number: Int32, symbol: String) {
        #expect(Errno(rawValue: number).symbol == symbol)
    }

    @Test("the sentence starts in lower case")
    func sentence() {
        #expect(Errno.noSuchFileOrDirectory.sentence == "no such file or directory")
    }
}
