internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The index of an interface in the calling thread's namespace.
public func interfaceIndex(_ name: String) throws -> UInt32 {
    let index = if_nametoindex(name)
    guard index != 0 else {
        throw SystemError(
            attempt: "find interface", subject: name, errno: Errno(rawValue: errno))
    }
    return index
}

/// Waits until an interface has a carrier, which comes shortly after its peer is up, and the kernel has
/// taken note of it: until then it drops what is sent.
public func awaitCarrier(_ name: String) throws {
    for _ in 0..<500 {
        if try runChecked(["ip", "link", "show", "dev", name]).contains(" state UP ") { return }
        usleep(2000)
    }
    throw SystemError(attempt: "wait for carrier", subject: name, errno: .timedOut)
}
