internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// Whether an update may create or replace an element.
public enum UpdateMode: UInt64, Sendable {
    /// `BPF_ANY`: both.
    case any = 0
    /// `BPF_NOEXIST`: only create.
    case create = 1
    /// `BPF_EXIST`: only replace.
    case replace = 2
}

/// Single elements. The views have checked that `Key` and `Value` have the kernel's sizes.
extension Map {
    borrowing func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, _ value: Value, _ mode: UpdateMode = .any
    ) throws(BPFError) {
        let result = withUnsafePointer(to: key) { key in
            withUnsafePointer(to: value) { value in
                bpf_map_update_elem(descriptor.rawValue, key, value, mode.rawValue)
            }
        }
        guard result == 0 else {
            throw updateFailure(Errno(rawValue: -result))
        }
    }

    borrowing func lookup<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, as type: Value.Type = Value.self
    ) throws(BPFError) -> Value? {
        let (result, value) = withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { buffer in
            let result = withUnsafePointer(to: key) { key in
                bpf_map_lookup_elem(descriptor.rawValue, key, buffer.baseAddress)
            }
            return (result, result == 0 ? buffer[0] : nil)
        }
        guard result == 0 || Errno(rawValue: -result) == .noSuchFileOrDirectory else {
            throw .system("look up in map", subject, Errno(rawValue: -result))
        }
        return value
    }

    /// Returns whether there was such an element.
    @discardableResult
    borrowing func delete<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) -> Bool {
        let result = withUnsafePointer(to: key) { bpf_map_delete_elem(descriptor.rawValue, $0) }
        guard result == 0 || Errno(rawValue: -result) == .noSuchFileOrDirectory else {
            throw writeFailure("delete from map", Errno(rawValue: -result))
        }
        return result == 0
    }

    /// The key after `key`, or the first one; `nil` at the end.
    borrowing func key<Key: BitwiseCopyable>(after key: Key?) throws(BPFError) -> Key? {
        let (result, next) = withUnsafeTemporaryAllocation(of: Key.self, capacity: 1) { buffer in
            let result =
                if let key {
                    withUnsafePointer(to: key) {
                        bpf_map_get_next_key(descriptor.rawValue, $0, buffer.baseAddress)
                    }
                } else {
                    bpf_map_get_next_key(descriptor.rawValue, nil, buffer.baseAddress)
                }
            return (result, result == 0 ? buffer[0] : nil)
        }
        guard result == 0 || Errno(rawValue: -result) == .noSuchFileOrDirectory else {
            throw .system("walk map", subject, Errno(rawValue: -result))
        }
        return next
    }

    /// Checks an index: of a per-CPU array the kernel answers `ENOENT`, of an array `E2BIG`.
    borrowing func require(index: UInt32, _ attempt: String) throws(BPFError) {
        guard index < info.maxEntries else {
            throw BPFError(
                .outOfRange, attempt, subject, "index \(index) is outside 0..<\(info.maxEntries)")
        }
    }

    /// `EPERM` is about the map first, then about the process.
    borrowing func writeFailure(_ attempt: String, _ errno: Errno) -> BPFError {
        .system(
            attempt, subject, errno,
            reason: errno == .notPermitted
                ? "the map is frozen or read-only, or CAP_BPF is missing" : nil)
    }

    /// `E2BIG` of a hash and `ENOSPC` of a trie both mean that the map is full.
    borrowing func updateFailure(_ errno: Errno, at position: Int? = nil) -> BPFError {
        let name = position.map { "\(subject) at element \($0)" } ?? subject
        switch errno {
        case .argListTooLong, .noSpace:
            var error = BPFError.system(
                "update map", name, errno, reason: "its \(info.maxEntries) entries are taken")
            error.code = .full
            return error
        case .noSuchFileOrDirectory:
            var error = BPFError.system("update map", name, errno, reason: "no such element")
            error.code = .notFound
            return error
        case .notPermitted:
            return writeFailure("update map", errno)
        default:
            return .system("update map", name, errno)
        }
    }
}
