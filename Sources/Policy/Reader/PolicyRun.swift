/// One reading of the files of a policy: each by itself, then all together.
struct PolicyRun {
    private let sources: [PolicySource]
    private var texts: [SourceText] = []
    private var refusals: [Diagnostic] = []
    private var duplicates: [Name: Int] = [:]

    init(sources: [PolicySource]) { self.sources = sources }

    mutating func result(_ setFiles: any SetFileSource) -> ReadResult {
        checkSizes()
        guard refusals.isEmpty, let first = sources.first else {
            return ReadResult(policy: nil, diagnostics: refusals, texts: [])
        }
        for source in sources {
            do {
                texts.append(try SourceText(source))
            } catch {
                refusals.append(error)
            }
        }
        guard refusals.isEmpty, let text = texts.first else {
            return ReadResult(policy: nil, diagnostics: refusals, texts: texts)
        }
        let reading = Reading(source: text)
        var draft = PolicyDraft(source: first)
        var isWhole = true
        for (source, text) in zip(sources, texts) {
            reading.source = text
            draft.source = source
            guard let value = YAMLDocument.read(reading) else {
                isWhole = false
                continue
            }
            read(value, into: &draft, reading)
            if case .mapping = value.content {} else { isWhole = false }
        }
        let policy = check(draft, isWhole: isWhole, reading, setFiles)
        return ReadResult(
            policy: reading.hasErrors ? nil : policy, diagnostics: sorted(reading),
            duplicates: duplicates, texts: texts)
    }

    /// Sizes are refused before anything is parsed.
    private mutating func checkSizes() {
        var total = 0
        for source in sources {
            total += source.bytes.count
            guard total > PolicyLimits.bytes else { continue }
            // How much over is not said: who read the file may have stopped there.
            let what =
                source.bytes.count > PolicyLimits.bytes
                ? "the policy file is" : "together the policy files are"
            refusals.append(
                Diagnostic(
                    code: "too-large",
                    message: "\(what) larger than \(PolicyLimits.bytes >> 20) MiB",
                    hint: "put addresses into set files",
                    location: SourceLocation(file: source.path, line: 1, column: 1)))
            return
        }
        guard sources.isEmpty else { return }
        refusals.append(
            Diagnostic(
                code: "empty-policy", message: "no policy file was given",
                location: SourceLocation(file: "policy", line: 1, column: 1)))
    }

    private func read(_ value: YAMLValue, into draft: inout PolicyDraft, _ reading: Reading) {
        let named = draft.names.count
        draft.hasVersion = false
        PolicyDraft.keys.read(value, into: &draft, subject: "the policy", reading)
        // A file that only adds sets or filters may leave the version to the one with the name.
        guard case .mapping = value.content, !draft.hasVersion,
            draft.names.count > named || sources.count == 1
        else { return }
        reading.error(
            "missing-key", "the policy has no 'version'", hint: "write version: 1", at: value)
    }

    private mutating func check(
        _ draft: PolicyDraft, isWhole: Bool, _ reading: Reading, _ setFiles: any SetFileSource
    ) -> Policy? {
        let names = NameCheck(reading: reading)
        // What a file that could not be read at all holds is not known to be missing.
        let name = isWhole ? names.policyName(draft, first: sources[0]) : nil
        names.checkUnique(draft.sets.map { ($0.name.text, $0.location) }, "set")
        names.checkUnique(draft.filterNames, "filter")
        names.checkUnique(draft.deviceNames, "device list")
        guard draft.sets.count <= PolicyLimits.sets else {
            reading.report(
                .error, "limit",
                "a policy has at most \(PolicyLimits.sets) sets, not \(draft.sets.count)",
                at: draft.sets[PolicyLimits.sets].location)
            return nil
        }
        var resolver = SetResolver(reading, setFiles)
        let contents = resolver.resolve(draft.sets)
        duplicates = resolver.duplicates
        if isWhole {
            let references = ReferenceCheck(reading: reading)
            references.checkSets(draft.sets, contents: contents)
            references.checkFilters(draft.filterNames.map(\.name))
            references.checkDevices(draft.deviceNames.map(\.name))
        }
        let sources = draft.sets.compactMap { set in set.contents.map { (set.name, $0) } }
        let filters = FilterCheck(
            reading: reading, sources: Dictionary(sources) { first, _ in first })
        draft.filters.forEach { filters.check($0) }
        AttachCheck(reading: reading).check(draft.attach ?? [])
        HookCheck(reading: reading).check(draft.attach ?? [], draft.filters)
        TestCheck(reading: reading).check(
            draft.tests, filters: draft.filters, devices: draft.devices)
        guard let name, !reading.hasErrors else { return nil }
        let sets = draft.sets.compactMap { set -> NamedSet? in
            guard let source = set.contents, let contents = contents[set.name] ?? nil else {
                return nil
            }
            return NamedSet(
                name: set.name, source: source, contents: contents, location: set.location)
        }
        return Policy(
            name: name, sets: sets, filters: draft.filters, devices: draft.devices,
            attach: draft.attach, tests: draft.tests.map(\.test),
            management: draft.management, location: draft.names.first?.location ?? .none)
    }

    /// The diagnostics by file, line and column: policy files first, as they were given.
    private func sorted(_ reading: Reading) -> [Diagnostic] {
        var ranks: [String: Int] = [:]
        let paths = sources.map(\.path) + reading.diagnostics.map(\.location.file)
        for path in paths where ranks[path] == nil { ranks[path] = ranks.count }
        func key(_ entry: (offset: Int, element: Diagnostic)) -> (Int, Int, Int, Int) {
            let location = entry.element.location
            return (ranks[location.file] ?? 0, location.line, location.column, entry.offset)
        }
        var result = reading.diagnostics.enumerated().sorted { key($0) < key($1) }.map(\.element)
        if reading.omitted > 0 {
            result.append(
                Diagnostic(
                    severity: reading.hasErrors ? .error : .warning, code: "too-many-diagnostics",
                    message: "and \(reading.omitted) more errors and warnings",
                    location: SourceLocation(file: sources[0].path, line: 1, column: 1)))
        }
        return result
    }
}
