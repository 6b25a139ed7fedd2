internal import CLibbpf
internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// Names in a bpf file system, which keep a program, map or link in the kernel without a process.
public enum Pin {
    /// Removes a name. What it named stays as long as something else refers to it.
    ///
    /// - Parameter path: A pin.
    /// - Throws: ``BPFError`` with `.notFound` if there is none, or with `.system`.
    public static func remove(at path: FilePath) throws(BPFError) {
        guard unlink(path.string) == 0 else {
            throw failure("unpin", path, Errno(rawValue: errno))
        }
    }

    /// What a pin may name.
    enum Kind: String {
        case program
        case map
        case link

        /// Reads what `/proc/thread-self/fd` shows of a descriptor.
        init?(file: String) {
            switch file {
            case "anon_inode:bpf-prog": self = .program
            case "anon_inode:bpf-map": self = .map
            case "anon_inode:bpf-link", "anon_inode:bpf_link": self = .link
            default: return nil
            }
        }
    }

    /// Gives an object a name.
    static func create(
        _ descriptor: borrowing OwnedDescriptor, at path: FilePath, _ attempt: String
    ) throws(BPFError) {
        let result = bpf_obj_pin(descriptor.rawValue, path.string)
        guard result == 0 else {
            throw failure(attempt, path, Errno(rawValue: -result))
        }
    }

    /// Opens a pin and makes sure of what it names.
    static func open(
        _ path: FilePath, as kind: Kind, _ attempt: String
    ) throws(BPFError) -> OwnedDescriptor {
        let result = bpf_obj_get(path.string)
        guard result >= 0 else {
            throw failure(attempt, path, Errno(rawValue: -result))
        }
        let descriptor = OwnedDescriptor(owning: result)
        let file = fileName(of: descriptor)
        let found = Kind(file: file)
        guard found == kind else {
            throw BPFError(
                .wrongType, attempt, path.string,
                "it is the pin of a \(found?.rawValue ?? file), not of a \(kind)")
        }
        return descriptor
    }

    /// `anon_inode:bpf-map`
    private static func fileName(of descriptor: borrowing OwnedDescriptor) -> String {
        var bytes = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/thread-self/fd/\(descriptor.rawValue)", &bytes, bytes.count)
        return String(
            decoding: bytes.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func failure(
        _ attempt: String, _ path: FilePath, _ errno: Errno
    ) -> BPFError {
        let name = path.string
        let folder = path.removingLastComponent()
        switch errno {
        case .noSuchFileOrDirectory where attempt.hasPrefix("pin"):
            return .system(attempt, name, errno, reason: "there is no directory \(folder)")
        case .noSuchFileOrDirectory:
            var error = BPFError.system(attempt, name, errno, reason: "there is no such pin")
            error.code = .notFound
            return error
        case .fileExists:
            return .system(
                attempt, name, errno, reason: "the name is taken", hint: "unpin it first")
        case .notPermitted where (try? FileSystem(at: folder.string)) != .bpf:
            return .system(
                attempt, name, errno, reason: "\(folder) is not in a bpf file system",
                hint: "mount -t bpf bpf /sys/fs/bpf")
        default:
            return .system(attempt, name, errno)
        }
    }
}
