internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// Many elements in one system call, since Linux 5.6 (LPM tries since 5.16). Where a map's type has
/// no such call, the kernel answers `ENOTSUPP` and the elements go one by one.
extension Map {
    /// The most elements of one call: the kernel copies them one after the other, so more gains
    /// nothing.
    private static var chunk: Int { 1 << 16 }

    borrowing func updateBatch<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ keys: Span<Key>, _ values: Span<Value>, _ mode: UpdateMode
    ) throws(BPFError) {
        guard keys.count == values.count else {
            throw BPFError(
                .outOfRange, "update map", subject,
                "\(keys.count) keys come with \(values.count) values")
        }
        var options = bpf_map_batch_opts()
        options.sz = MemoryLayout<bpf_map_batch_opts>.size
        options.elem_flags = mode.rawValue
        let number = descriptor.rawValue
        var done = 0
        while done < keys.count {
            let end = min(done + Self.chunk, keys.count)
            var count = UInt32(end - done)
            let result = keys.extracting(done..<end).withUnsafeBytes { keys in
                values.extracting(done..<end).withUnsafeBytes { values in
                    bpf_map_update_batch(
                        number, keys.baseAddress, values.baseAddress, &count, &options)
                }
            }
            switch Errno(rawValue: -result) {
            case _ where result == 0:
                done = end
            case .kernelNotSupported:
                for index in done..<keys.count {
                    try update(keys[index], values[index], mode)
                }
                return
            case let errno:
                throw updateFailure(errno, at: done + Int(count))
            }
        }
    }

    borrowing func deleteBatch<Key: BitwiseCopyable>(_ keys: Span<Key>) throws(BPFError) {
        let number = descriptor.rawValue
        var done = 0
        while done < keys.count {
            let end = min(done + Self.chunk, keys.count)
            var count = UInt32(end - done)
            let result = keys.extracting(done..<end).withUnsafeBytes {
                bpf_map_delete_batch(number, $0.baseAddress, &count, nil)
            }
            switch Errno(rawValue: -result) {
            case _ where result == 0:
                done = end
            case .noSuchFileOrDirectory:
                // The kernel stops at an element that is not there; the rest may be.
                done += Int(count) + 1
            case .kernelNotSupported:
                for index in done..<keys.count {
                    try delete(keys[index])
                }
                return
            case let errno:
                throw writeFailure("delete from map", errno)
            }
        }
    }

    /// Lends all elements to `body`, some thousand at a time.
    borrowing func forEachBatch<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ body: (Span<Key>, Span<Value>) -> Void
    ) throws(BPFError) {
        let capacity = min(Self.chunk, max(1, Int(info.maxEntries)))
        let keys = UnsafeMutableBufferPointer<Key>.allocate(capacity: capacity)
        let values = UnsafeMutableBufferPointer<Value>.allocate(capacity: capacity)
        // A place in the map: a key, or 4 bytes in a hash.
        let place = UnsafeMutableRawPointer.allocate(byteCount: max(info.keySize, 4), alignment: 8)
        defer {
            keys.deallocate()
            values.deallocate()
            place.deallocate()
        }
        var isFirst = true
        while true {
            var count = UInt32(capacity)
            let result = bpf_map_lookup_batch(
                descriptor.rawValue, isFirst ? nil : place, place, keys.baseAddress,
                values.baseAddress, &count, nil)
            let errno = Errno(rawValue: -result)
            if isFirst && errno == .kernelNotSupported {
                return try forEachSingle(body)
            }
            guard result == 0 || errno == .noSuchFileOrDirectory else {
                throw .system("read map", subject, errno)
            }
            // SAFETY: the kernel has initialised `count` elements of both.
            body(
                UnsafeBufferPointer(start: keys.baseAddress, count: Int(count)).span,
                UnsafeBufferPointer(start: values.baseAddress, count: Int(count)).span)
            if result != 0 {
                return
            }
            isFirst = false
        }
    }

    /// Lends at most `count` elements of a hash to `body`, from a bucket on; returns where to go on.
    borrowing func walkHash<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        from place: UInt32?, atMost count: Int, _ body: (Span<Key>, Span<Value>) -> Void
    ) throws(BPFError) -> UInt32? {
        let keys = UnsafeMutableBufferPointer<Key>.allocate(capacity: count)
        let values = UnsafeMutableBufferPointer<Value>.allocate(capacity: count)
        defer {
            keys.deallocate()
            values.deallocate()
        }
        var first = place ?? 0
        var next: UInt32 = 0
        var found = UInt32(count)
        let result = withUnsafeMutablePointer(to: &first) { first in
            bpf_map_lookup_batch(
                descriptor.rawValue, place == nil ? nil : first, &next, keys.baseAddress,
                values.baseAddress, &found, nil)
        }
        let errno = Errno(rawValue: -result)
        guard result == 0 || errno == .noSuchFileOrDirectory else {
            throw .system("read map", subject, errno)
        }
        // SAFETY: the kernel has initialised `found` elements of both.
        body(
            UnsafeBufferPointer(start: keys.baseAddress, count: Int(found)).span,
            UnsafeBufferPointer(start: values.baseAddress, count: Int(found)).span)
        return result == 0 ? next : nil
    }

    private borrowing func forEachSingle<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ body: (Span<Key>, Span<Value>) -> Void
    ) throws(BPFError) {
        var key: Key? = try key(after: nil)
        while let current = key {
            if let value: Value = try lookup(current) {
                body([current].span, [value].span)
            }
            key = try self.key(after: current)
        }
    }
}
