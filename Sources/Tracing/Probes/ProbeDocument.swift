/// `netctl probe list -o json`.
public struct ProbeDocument: Encodable, Sendable {
    /// The version of the document.
    public let version = 1
    /// The probes, by kind and then by name.
    public let probes: [Entry]
    /// Kinds of which nothing could be listed.
    public let unavailable: [Unavailable]

    /// Describes a list.
    public init(_ list: ProbeList) {
        probes = list.probes.map(Entry.init)
        unavailable = list.unavailable.map {
            Unavailable(kind: $0.kind.rawValue, reason: $0.reason)
        }
    }

    /// A probe; details are there if they were asked for.
    public struct Entry: Encodable, Sendable {
        let probe: String
        let kind: String
        let name: String
        let binary: String?
        let module: String?
        let fields: [Field]?
        let prototype: String?
        let address: UInt64?
        let bytes: UInt64?
        let arguments: String?

        init(_ probe: Probe) {
            self.probe = probe.pattern
            kind = probe.kind.rawValue
            name = probe.name
            binary = probe.binary
            module = probe.module
            var fields: [Field]?
            var prototype: String?
            var symbol: (address: UInt64, bytes: UInt64)?
            var arguments: String?
            switch probe.detail {
            case .none: break
            case .fields(let found): fields = found.map(Field.init)
            case .prototype(let text): prototype = text
            case .symbol(let address, let bytes): symbol = (address, bytes)
            case .arguments(let text): arguments = text
            }
            self.fields = fields
            self.prototype = prototype
            address = symbol?.address
            bytes = symbol?.bytes
            self.arguments = arguments
        }
    }

    /// A field of a tracepoint's record.
    public struct Field: Encodable, Sendable {
        let name: String
        let declaration: String
        let offset: Int
        let bytes: Int
        let signed: Bool

        init(_ field: TracepointField) {
            name = field.name
            declaration = field.declaration
            offset = field.offset
            bytes = field.bytes
            signed = field.isSigned
        }
    }

    /// A kind that cannot be had.
    public struct Unavailable: Encodable, Sendable {
        let kind: String
        let reason: String
    }
}
