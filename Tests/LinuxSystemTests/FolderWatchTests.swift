import Glibc
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@Suite("Folders that are watched")
struct FolderWatchTests {
    @Test("what is made, written, renamed and removed is told, what is read is not")
    func changes() throws {
        let directory = try TemporaryDirectory()
        let watch = try FolderWatch()
        #expect(watch.watch([directory.path]).isEmpty)
        #expect(!watch.drain())
        let file = try directory.write("a", to: "a")
        #expect(watch.drain() && !watch.drain())
        _ = try OwnedDescriptor.open(file).readAll()
        _ = try Directory.entries(at: directory.path)
        #expect(!watch.drain())
        try directory.write("b", to: "a")
        #expect(watch.drain())
        try Directory.rename(file, to: directory.appending("b"))
        #expect(watch.drain())
        try Directory.unlink(directory.appending("b"))
        #expect(watch.drain())
        try Directory.make(directory.appending("folder"))
        #expect(watch.drain())
    }

    @Test("a folder that is watched no more, or by another path, or made again")
    func folders() throws {
        let directory = try TemporaryDirectory()
        let (one, two) = (directory.appending("one"), directory.appending("two"))
        for folder in [one, two] { try Directory.make(folder) }
        let link = directory.appending("link")
        #expect(symlink(one, link) == 0)
        let watch = try FolderWatch()
        #expect(watch.watch([one, two, link]).isEmpty)
        // The same folder by one path less.
        #expect(watch.watch([link]).isEmpty)
        try directory.write("", to: "one/a")
        #expect(watch.drain())
        // That watching ends is told, too.
        _ = watch.drain()
        try directory.write("", to: "two/a")
        #expect(!watch.drain())

        #expect(watch.watch([two]).isEmpty)
        try Directory.unlink("\(two)/a")
        try Directory.remove(two)
        #expect(watch.drain())
        #expect(watch.watch([two]) == [two: .noSuchFileOrDirectory])
        try Directory.make(two)
        #expect(watch.watch([two]).isEmpty)
        _ = watch.drain()
        try directory.write("", to: "two/a")
        #expect(watch.drain())
    }

    @Test("what is no folder is refused")
    func refused() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("", to: "a")
        let watch = try FolderWatch()
        #expect(watch.watch([file, directory.path]) == [file: .notDirectory])
    }
}
