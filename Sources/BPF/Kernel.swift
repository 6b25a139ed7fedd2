internal import CLibbpf
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The number of CPUs that may ever be online, and so of values of an element of a per-CPU map.
///
/// - Returns: Over 0; constant while the kernel runs.
/// - Throws: ``BPFError`` with `.system` if `/sys/devices/system/cpu/possible` cannot be read.
public func possibleCPUCount() throws(BPFError) -> Int {
    Int(try check(libbpf_num_possible_cpus(), "count", "possible CPUs"))
}

/// Reads a `struct bpf_*_info`.
func kernelInfo<Info>(
    _ descriptor: borrowing OwnedDescriptor, into info: inout Info, _ attempt: String,
    _ subject: String
) throws(BPFError) {
    var size = UInt32(MemoryLayout<Info>.size)
    let number = descriptor.rawValue
    let result = withUnsafeMutablePointer(to: &info) {
        bpf_obj_get_info_by_fd(number, $0, &size)
    }
    try check(result, attempt, subject)
}

/// A descriptor of our own for what somebody else keeps open.
func own(
    _ descriptor: Int32, _ attempt: String, _ subject: String
) throws(BPFError) -> OwnedDescriptor {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else {
        throw .system(attempt, subject, Errno(rawValue: errno))
    }
    return OwnedDescriptor(owning: copy)
}

/// Every id that `next` walks through, in ascending order.
func kernelIDs(
    of subject: String, _ next: (UInt32, UnsafeMutablePointer<UInt32>) -> Int32
) throws(BPFError) -> [UInt32] {
    var ids: [UInt32] = []
    var id: UInt32 = 0
    while true {
        let result = next(id, &id)
        if result == -ENOENT {
            return ids
        }
        try check(result, "list", subject)
        ids.append(id)
    }
}

/// A fixed `char[16]` of the kernel's, up to its zero.
func kernelName<Characters: BitwiseCopyable>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
