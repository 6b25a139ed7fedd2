internal import NetTypes
internal import NetctlABI
public import Policy

extension CompiledFilter {
    /// Compiles one filter of a policy.
    ///
    /// - Parameters:
    ///   - filter: A filter whose references the reader has checked.
    ///   - sets: The sets of its policy.
    ///   - monitor: Whether the attachment only monitors, whatever the filter says.
    /// - Throws: ``CompileError`` when the tables would exceed a limit.
    public init(
        _ filter: Filter, sets: [NamedSet], monitor: Bool = false
    ) throws(CompileError) {
        try self.init(
            filter, sets: sets, monitor: monitor, rowBytesMax: FilterCompiler.rowBytesMax)
    }

    init(
        _ filter: Filter, sets: [NamedSet], monitor: Bool = false, rowBytesMax: Int
    ) throws(CompileError) {
        self.init(filter, isMonitored: monitor || filter.monitor)
        var compiler = FilterCompiler(filter: filter, sets: sets, rowBytesMax: rowBytesMax)
        try compiler.fill(&self)
    }

    private init(_ filter: Filter, isMonitored: Bool) {
        self.isMonitored = isMonitored
        name = filter.name
        defaultVerdict = filter.defaultVerdict.verdict
        malformedVerdict = filter.malformed.verdict
        nonIPVerdict = filter.nonIP.verdict
        logs = filter.log
        features = Set(filter.rules.flatMap(\.features))
        rules = filter.rules.map {
            CompiledRule(
                name: $0.name, verdict: $0.action.verdict, needs: $0.match.needs,
                redirectsTo: $0.action.interface, limit: $0.limit,
                isMonitored: (isMonitored || $0.monitor) && $0.action.verdict == .drop,
                log: $0.log, sets: $0.match.keys.sets)
        }
        wordsPerRow = Row(count: rules.count).words.count
    }
}

extension PassOrDrop {
    var verdict: Verdict { self == .pass ? .pass : .drop }
}

extension Action {
    /// Nil for an action that does not decide.
    var verdict: Verdict? {
        switch self {
        case .pass: .pass
        case .drop: .drop
        case .count: nil
        case .redirect: .redirect
        case .tx: .tx
        }
    }

    /// The interface to redirect to.
    fileprivate var interface: String? {
        if case .redirect(let interface) = self { interface } else { nil }
    }
}

/// Builds the tables of one filter, dimension by dimension.
struct FilterCompiler {
    /// What one filter's rows may take.
    static let rowBytesMax = 64 << 20

    let filter: Filter
    let addressSets: [Name: AddressSet]
    let terms: PolicyTerms
    var rows: RowTable
    /// Whether a rule looks at what frames have that are not IP.
    let judgesNonIP: Bool
    private let rowBytesMax: Int
    /// What the rows of each dimension so far take, for the error when they are too many.
    private var shares: [(key: String, bytes: Int)] = []
    /// How addresses overlap whose rows take much.
    private var overlaps: [String] = []

    init(filter: Filter, sets: [NamedSet], rowBytesMax: Int) {
        self.filter = filter
        self.rowBytesMax = rowBytesMax
        rows = RowTable(ruleCount: filter.rules.count)
        judgesNonIP = filter.rules.contains { $0.match.looksAtEveryFrame }
        var addressSets: [Name: AddressSet] = [:]
        var portSets: [Name: [PortRange]] = [:]
        for set in sets {
            switch set.contents {
            case .addresses(let addresses): addressSets[set.name] = addresses
            case .ports(let ports): portSets[set.name] = ports
            }
        }
        self.addressSets = addressSets
        terms = PolicyTerms(portSets: portSets)
    }

    mutating func fill(_ compiled: inout CompiledFilter) throws(CompileError) {
        guard !filter.rules.isEmpty else { return }
        compiled.judgesNonIP = judgesNonIP
        var used = filter.rules.reduce(into: Set<Dimension>()) { $0.formUnion($1.match.dimensions) }
        // What a rule does not say of frames that are not IP, it says by their type.
        if judgesNonIP { used.insert(.etherType) }
        // Rules that match everything still need a row to be found by.
        if used.isEmpty { used = [.proto] }
        for dimension in Dimension.allCases where used.contains(dimension) {
            switch (dimension, dimension.field) {
            case (.src, _): compiled.src = try addressTable(.src)
            case (.dst, _): compiled.dst = try addressTable(.dst)
            case (.mark, _): compiled.mark = try markTable()
            case (_, let field?): compiled.values[dimension] = try valueTable(field)
            case (_, nil): preconditionFailure("only addresses are no field of one number")
            }
        }
        compiled.rowSummaries = rows.summaries
        compiled.rowWords = rows.words
    }

    func error(_ message: String) -> CompileError {
        CompileError(filter: filter.name, message: message)
    }

    /// Adds the rows of a dimension, and refuses them once they take too much: what is refused has not
    /// taken the memory first.
    ///
    /// - Parameters:
    ///   - key: The dimension, as policies write it.
    ///   - classes: The classes.
    ///   - overlaps: How addresses overlap; nil of other fields.
    ///   - add: Adds the row of a class.
    /// - Throws: ``CompileError`` that names what overlaps most.
    mutating func addRows<Classes: Sequence>(
        of key: String, _ classes: Classes, overlaps: () -> Overlaps? = { nil },
        _ add: (inout FilterCompiler, Classes.Element) -> Void
    ) throws(CompileError) {
        let before = rows.bytes
        var isOver = false
        for class_ in classes {
            add(&self, class_)
            isOver = rows.bytes > rowBytesMax
            if isOver { break }
        }
        let share = rows.bytes - before
        shares.append((key, share))
        // Looking costs more than compiling where there is little.
        if share > rowBytesMax / 8, let found = overlaps(), found.combinations > 0 {
            self.overlaps.append("the \(key) addresses of rules \(found.text)")
        }
        if isOver { throw rowBudgetError }
    }

    private var rowBudgetError: CompileError {
        let largest = shares.filter { $0.bytes > 0 }.sorted { $0.bytes > $1.bytes }.prefix(3)
            .map { "\($0.key) \(($0.bytes + (1 << 20) - 1) >> 20) MB" }
        return error(
            "its rows would take more than \(rowBytesMax >> 20) MB "
                + "(\(largest.joined(separator: ", ")))"
                + overlaps.map { "; \($0)" }.joined()
                + "; use fewer \(overlaps.isEmpty ? "rules" : "overlapping sets")")
    }
}
