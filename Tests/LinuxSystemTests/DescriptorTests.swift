import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Descriptors and directories")
struct DescriptorTests {
    @Test("a duplicate is the same file; both close")
    func duplicate() throws {
        var numbers: [Int32] = []
        do {
            let first = try OwnedDescriptor.open("/proc/self", .directory)
            let second = try first.duplicate()
            #expect(first.rawValue != second.rawValue)
            #expect(try first.identity() == second.identity())
            numbers = [first.rawValue, second.rawValue]
            let released = second.release()
            #expect(released == numbers[1])
            _ = OwnedDescriptor(owning: released)
        }
        #expect(numbers.count == 2)
    }

    @Test("opening fails with the errno")
    func openErrors() {
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try OwnedDescriptor.open("/nowhere") }
        #expect(throws: Errno.notDirectory) {
            _ = try OwnedDescriptor.open("/proc/version", .directory)
        }
    }

    @Test("make, list, rename, unlink, remove")
    func directory() throws {
        let temporary = try TemporaryDirectory()
        try Directory.make(temporary.appending("sub"))
        try temporary.write("x", to: "file")
        #expect(try Directory.entries(at: temporary.path).sorted() == ["file", "sub"])
        try Directory.rename(temporary.appending("file"), to: temporary.appending("moved"))
        #expect(throws: Errno.directoryNotEmpty) { try Directory.remove(temporary.path) }
        #expect(throws: Errno.fileExists) { try Directory.make(temporary.appending("sub")) }
        try Directory.unlink(temporary.appending("moved"))
        try Directory.remove(temporary.appending("sub"))
        #expect(try Directory.entries(at: temporary.path).isEmpty)
        #expect(throws: Errno.noSuchFileOrDirectory) { try Directory.entries(at: "/nowhere") }
    }

    @Test("a temporary directory goes with what is in it")
    func temporary() throws {
        var path = ""
        do {
            let directory = try TemporaryDirectory()
            path = directory.path
            try Directory.make(directory.appending("a"))
            try directory.write("x", to: "a/b")
        }
        #expect(throws: Errno.noSuchFileOrDirectory) { try Directory.entries(at: path) }
    }
}
