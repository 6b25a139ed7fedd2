internal import LinuxSystem
internal import SystemPackage

/// Functions and marked places of a binary or library.
final class BinarySource: ProbeSource {
    private let kind: ProbeKind
    private let path: String
    private var details: [String: Probe.Detail] = [:]

    /// Reads a binary.
    ///
    /// - Parameters:
    ///   - kind: ``ProbeKind/uprobe`` or ``ProbeKind/usdt``.
    ///   - path: The file.
    /// - Throws: ``TracingError`` if it cannot be read, is no ELF file, or has nothing of the kind.
    init(_ kind: ProbeKind, path: String) throws {
        self.kind = kind
        self.path = path
        let file = try ELFFile(path: path)
        switch kind {
        case .usdt:
            for marker in file.markers() {
                details["\(marker.provider):\(marker.name)"] = .arguments(marker.arguments)
            }
        default:
            for symbol in file.functions() {
                details[symbol.name] = .symbol(address: symbol.address, bytes: symbol.bytes)
            }
        }
        guard !details.isEmpty else {
            throw TracingError(
                "list probes", "\(kind.rawValue):\(path)",
                kind == .usdt ? "it has no USDT notes" : "it has no function symbols",
                hint: kind == .usdt ? nil : "it was stripped; install its debug symbols")
        }
    }

    func probes() throws -> [Probe] {
        details.keys.map { Probe(kind, $0, binary: path) }
    }

    func detail(of probe: Probe) throws -> Probe.Detail {
        details[probe.name] ?? .none
    }
}
