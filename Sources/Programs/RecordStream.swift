public import BPF
internal import Foundation

/// The records of a ring or perf buffer, decoded by type information.
public final class RecordStream {
    /// What was taken from a buffer.
    public enum Item: Sendable {
        /// A record.
        case record(BTFValue)
        /// So many records were lost since the last item.
        case lost(UInt64)
    }

    /// The map's name.
    public let name: String
    private let source: Source
    private let decoder: RecordDecoder

    private enum Source {
        case ring(Ring)
        case perf(PerfBuffer)
    }

    /// A ring buffer where a class can hold it.
    private final class Ring {
        let buffer: RingBuffer
        init(_ map: borrowing Map) throws(BPFError) { buffer = try RingBuffer(map) }
    }

    /// Opens the reading end of a buffer. Another reader loses what is taken here.
    ///
    /// - Parameters:
    ///   - reference: The map.
    ///   - type: The name of the records' structure; `nil` to find it by the records' size.
    /// - Throws: `BPFError`; ``ProgramsError`` when the map is no buffer, or there is no such type.
    public init(_ reference: Reference, type: String?) throws {
        let map = try reference.map()
        name = map.info.name
        switch map.info.type {
        case .ringBuffer: source = .ring(try Ring(map))
        case .perfEventArray: source = .perf(try PerfBuffer(map))
        default:
            throw ProgramsError(
                "listen", reference.text, "it is a map of type \(map.info.type)",
                hint: "records come from ring and perf buffers; 'netctl map dump' shows other maps")
        }
        decoder = try RecordDecoder(of: map, type: type)
    }

    /// Waits for records and hands over those that are there.
    ///
    /// - Parameters:
    ///   - milliseconds: How long to wait at most.
    ///   - body: Takes one item after the other.
    /// - Throws: `BPFError`, and what `body` throws.
    public func take(waiting milliseconds: Int32, _ body: (Item) throws -> Void) throws {
        switch source {
        case .ring(let ring):
            try ring.buffer.wait(milliseconds: milliseconds)
            try ring.buffer.drain { span in
                let bytes = span.withUnsafeBytes { Array($0) }
                try body(.record(decoder.decode(bytes)))
            }
        case .perf(let buffer):
            let (records, lost) = try buffer.take(waiting: milliseconds)
            for record in records { try body(.record(decoder.decode(record))) }
            if lost > 0 { try body(.lost(lost)) }
        }
    }
}

/// Finds out what the records of a buffer are.
private final class RecordDecoder {
    private let types: BTF?
    /// The one that was named, or that the map carries.
    private let known: UInt32?
    /// Structures that a record of a size may be, found once for each size.
    private var bySize: [Int: UInt32?] = [:]
    private let isPadded: Bool

    init(of map: borrowing Map, type name: String?) throws {
        let own = try map.types()
        isPadded = map.info.type == .perfEventArray
        let id = map.info.id
        let types = try own?.types ?? Self.types(ofUsersOf: id)
        self.types = types
        guard let name else {
            known = own?.value
            return
        }
        let plain = name.hasPrefix("struct ") ? String(name.dropFirst(7)) : name
        guard let found = types?.find(plain, .structure) ?? types?.find(plain, .typedef) else {
            throw ProgramsError(
                "listen", map.info.name, "its programs know no type '\(plain)'")
        }
        known = found
    }

    /// The type information of a program that uses the map.
    private static func types(ofUsersOf map: UInt32) throws(BPFError) -> BTF? {
        for id in try Program.ids() {
            guard let program = try? Program(id: id), let info = try? program.info,
                info.mapIDs.contains(map), let types = try? program.types()
            else { continue }
            return types
        }
        return nil
    }

    func decode(_ bytes: [UInt8]) -> BTFValue {
        guard let types, let id = known ?? structure(of: bytes.count, types) else {
            return .bytes(bytes)
        }
        return types.decode(bytes, as: id)
    }

    /// The structure of this size, if there is but one; of several the one that is called an event.
    private func structure(of size: Int, _ types: BTF) -> UInt32? {
        if let found = bySize[size] { return found }
        var candidates: [(id: UInt32, name: String)] = []
        for id in types.ids {
            guard case .composite(let composite) = types.type(id), !composite.isUnion,
                !composite.name.isEmpty,
                composite.bytes == size || isPadded && (size - 8...size).contains(composite.bytes)
            else { continue }
            candidates.append((id, composite.name))
        }
        let named = candidates.filter { $0.name.contains(/event|record|data|sample/) }
        let found = candidates.count == 1 ? candidates[0].id : named.count == 1 ? named[0].id : nil
        bySize[size] = .some(found)
        return found
    }
}
