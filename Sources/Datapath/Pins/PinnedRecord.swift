internal import BPF
internal import Foundation
internal import LinuxSystem
package import SystemPackage

/// A small document kept in the kernel: JSON in a pinned array of one element, written once.
package enum PinnedRecord {
    /// Writes a document and pins it. What the map is called can be read without the document.
    package static func create(
        _ document: some Encodable, at path: FilePath, name: String = "record"
    ) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        let bytes = try encoder.encode(document)
        let map = try Map.create(
            type: .array, name: name, keySize: 4, valueSize: UInt32(bytes.count),
            maxEntries: 1, flags: .memoryMappable)
        let memory = try MapMemory(map, access: .readWrite)
        memory.withUnsafeBytes { $0.copyBytes(from: bytes) }
        try map.pin(at: path)
    }

    /// Writes a document in the place of another one.
    static func replace(
        _ document: some Encodable, at path: FilePath, name: String = "record"
    ) throws {
        let draft = FilePath("\(path)-draft")
        try? Directory.unlink(draft.string)
        try create(document, at: draft, name: name)
        try Directory.rename(draft.string, to: path.string)
    }

    /// Reads what ``create(_:at:)`` wrote.
    package static func read<Document: Decodable>(
        _ type: Document.Type = Document.self, at path: FilePath
    ) throws -> Document {
        let map = try Map(pinned: path)
        let memory = try MapMemory(map, access: .readOnly)
        let bytes = memory.withUnsafeBytes { Data($0.prefix(map.info.valueSize)) }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        do {
            return try decoder.decode(type, from: bytes)
        } catch {
            throw DatapathError(
                "read record", path.string, "it was not written by this version of netctl",
                hint: "use the netctl that wrote it, or 'netctl detach --all'")
        }
    }
}
