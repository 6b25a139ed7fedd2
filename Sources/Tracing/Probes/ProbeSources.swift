/// Makes the source of each kind; what several of them read is read once.
struct ProbeSources {
    let binary: String?
    private let kernel: Once<ProbeTypes>
    private let functions: Once<[KernelFunction]?>

    init(binary: String?) {
        self.binary = binary
        kernel = Once { try ProbeTypes() }
        functions = Once {
            guard let files = try? TraceFileSystem.trace() else { return nil }
            return KernelFunctions.traceable(files)
        }
    }

    func source(of kind: ProbeKind) throws -> any ProbeSource {
        switch kind {
        case .tracepoint:
            try TracepointSource()
        case .tpBTF, .iter:
            TypedSource(kind, types: try kernel.value())
        case .fentry:
            TypedSource(
                kind, types: try kernel.value(),
                traceable: try functions.value().map { Set($0.map(\.name)) })
        case .kprobe:
            try KprobeSource(traceable: functions.value(), types: try? kernel.value())
        case .uprobe, .usdt:
            try BinarySource(kind, path: binary ?? "")
        }
    }
}

/// A value that is made when it is first asked for.
private final class Once<Value> {
    private let make: () throws -> Value
    private var made: Value?

    init(_ make: @escaping () throws -> Value) {
        self.make = make
    }

    func value() throws -> Value {
        if let made { return made }
        let value = try make()
        made = value
        return value
    }
}
