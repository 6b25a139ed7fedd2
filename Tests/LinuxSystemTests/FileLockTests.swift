import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite("File locks")
struct FileLockTests {
    @Test("a second lock waits its time, then names the holder")
    func contention() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        // Holds it in another process: the pid must be that process's.
        var holder = try BackgroundCommand(["flock", path, "sh", "-c", "echo held; exec sleep 60"])
        try holder.waitForOutput("held")
        let start = ContinuousClock.now
        let error = #expect(throws: FileLockError.self) {
            _ = try FileLock(path: path, waitingUpTo: .milliseconds(100))
        }
        let waited = ContinuousClock.now - start
        #expect(waited >= .milliseconds(100) && waited < .seconds(5))
        #expect(error?.errno == .wouldBlock)
        #expect(error?.holder == holder.pid)
        #expect(error?.description.contains("held by process \(holder.pid)") == true)
    }

    @Test("it is free when its owner is gone")
    func release() throws {
        let directory = try TemporaryDirectory()
        func lockOnce() throws {
            let lock = try FileLock(path: directory.path)
            #expect(lock.path == directory.path)
            #expect(throws: FileLockError.self) { _ = try FileLock(path: lock.path) }
        }
        try lockOnce()
        try lockOnce()
    }

    @Test("a directory replaced while waiting: the new one is locked")
    func replaced() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.appending("locked")
        try Directory.make(path)
        let ready = directory.appending("ready")
        // Holds the old directory's lock, replaces the directory, and only then lets go.
        let script =
            "echo held; while ! test -e \(ready); do sleep 0.02; done;"
            + "mv \(path) \(path).old; mkdir \(path); sleep 0.1"
        var holder = try BackgroundCommand(["flock", path, "sh", "-c", script])
        try holder.waitForOutput("held")
        try directory.write("", to: "ready")
        let lock = try FileLock(path: path, waitingUpTo: .seconds(10))
        #expect(try lock.descriptor.identity() == FileIdentity(path: path))
        #expect(try FileIdentity(path: path) != FileIdentity(path: path + ".old"))
        #expect(throws: FileLockError.self) { _ = try FileLock(path: path) }
    }

    @Test("what is not there cannot be locked")
    func missing() {
        let error = #expect(throws: FileLockError.self) {
            _ = try FileLock(path: "/nowhere", waitingUpTo: .seconds(10))
        }
        #expect(error?.errno == .noSuchFileOrDirectory)
        #expect(error?.description == "lock: /nowhere: no such file or directory (ENOENT)")
    }

    @Test("the holder is found by device and inode, waiters are passed over")
    func procLocks() throws {
        let file = try FileIdentity(path: "/")
        let place = "\(String(file.major, radix: 16)):\(String(file.minor, radix: 16))"
        let text = """
            1: POSIX  ADVISORY  WRITE 11 \(place):\(file.inode) 0 EOF
            2: FLOCK  ADVISORY  WRITE 12 \(place):\(file.inode + 1) 0 EOF
            3: FLOCK  ADVISORY  WRITE 13 ff:fe:\(file.inode) 0 EOF
            4: -> FLOCK  ADVISORY  WRITE 14 \(place):\(file.inode) 0 EOF
            5: FLOCK  ADVISORY  WRITE 15 \(place):\(file.inode) 0 EOF
            junk

            """
        #expect(FileLockError.holder(of: file, in: text) == 15)
        #expect(FileLockError.holder(of: file, in: "") == nil)
    }
}
