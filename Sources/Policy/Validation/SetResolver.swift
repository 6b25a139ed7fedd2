import NetTypes

/// Turns what the policy files say of sets into what the sets hold.
struct SetResolver {
    private let reading: Reading
    private let setFile: (String) throws -> [UInt8]
    private var prefixes = 0
    private var combinedPrefixes = 0
    /// Set files that were read, by path; nil after an error.
    private var files: [String: AddressSet?] = [:]

    init(_ reading: Reading, setFile: @escaping (String) throws -> [UInt8]) {
        self.reading = reading
        self.setFile = setFile
    }

    /// The contents of each set, by name; nil after an error in it.
    mutating func resolve(_ drafts: [SetDraft]) -> [Name: SetContents?] {
        var result: [Name: SetContents?] = [:]
        for draft in drafts {
            if case .sets? = draft.contents { continue }
            let contents = leafContents(of: draft)
            warnIfEmpty(contents, draft)
            result[draft.name] = .some(contents)
        }
        var graph = SetGraph(drafts)
        for draft in graph.membersFirst(reading) {
            guard case .sets(let members)? = draft.contents else { continue }
            let contents = combine(members, of: draft, in: result)
            warnIfEmpty(contents, draft)
            result[draft.name] = .some(contents)
        }
        return result
    }

    private func warnIfEmpty(_ contents: SetContents?, _ draft: SetDraft) {
        guard let contents, contents.count == 0, !reading.hasErrors else { return }
        if case .files? = draft.contents { return }
        reading.report(
            .warning, "empty-set", "set '\(draft.name)' is empty and matches nothing",
            at: draft.location)
    }

    private mutating func leafContents(of draft: SetDraft) -> SetContents? {
        switch draft.contents {
        case .inline(let terms):
            var contents = SetFileContents()
            terms.forEach { contents.append($0) }
            guard take(contents.count, draft) else { return nil }
            return .addresses(AddressSet(ipv4: contents.ipv4, ipv6: contents.ipv6))
        case .files(let paths): return files(paths, of: draft).map(SetContents.addresses)
        case .ports(let ranges): return .ports(Self.sorted(ranges))
        case .sets, nil: return nil
        }
    }

    private mutating func files(_ paths: [String], of draft: SetDraft) -> AddressSet? {
        var sets: [AddressSet] = []
        for (path, location) in zip(paths, draft.locations) {
            let resolved = draft.source.resolve(path)
            if files[resolved] == nil {
                files[resolved] = .some(read(resolved, named: path, at: location, draft))
            }
            guard case .some(.some(let set)) = files[resolved] else { continue }
            sets.append(set)
        }
        guard sets.count == paths.count else { return nil }
        return Self.union(sets)
    }

    private mutating func read(
        _ path: String, named name: String, at location: SourceLocation, _ draft: SetDraft
    ) -> AddressSet? {
        let bytes: [UInt8]
        do {
            bytes = try setFile(path)
        } catch {
            reading.report(
                .error, "set-file", "cannot read set file '\(name.shortened)': \(error)",
                at: location)
            return nil
        }
        let remaining = PolicyLimits.prefixes - prefixes
        let contents = SetFileParser.parse(bytes.span, limit: remaining)
        SetFileProblems(path: path, contents: contents).report(to: reading)
        guard take(contents.count, draft), contents.malformedCount == 0 else { return nil }
        if contents.count == 0 {
            reading.report(
                .warning, "empty-set", "set file '\(name.shortened)' holds no addresses",
                at: location)
        }
        return AddressSet(ipv4: contents.ipv4, ipv6: contents.ipv6)
    }

    private mutating func take(_ count: Int, _ draft: SetDraft) -> Bool {
        let before = prefixes
        prefixes += count
        guard prefixes > PolicyLimits.prefixes else { return true }
        if before <= PolicyLimits.prefixes {
            reading.report(
                .error, "limit", "the sets hold more than \(PolicyLimits.prefixes) prefixes",
                at: draft.location)
        }
        return false
    }

    private mutating func combine(
        _ members: [Name], of draft: SetDraft, in known: [Name: SetContents?]
    ) -> SetContents? {
        let contents = members.compactMap { known[$0] ?? nil }
        guard contents.count == members.count, contents.count == draft.locations.count else {
            return nil
        }
        var addresses: [AddressSet] = []
        var ports: [PortRange] = []
        for (member, location) in zip(contents, draft.locations) {
            switch member {
            case .addresses(let set): addresses.append(set)
            case .ports(let ranges): ports += ranges
            }
            guard addresses.isEmpty || addresses.count * ports.count == 0 else {
                reading.report(
                    .error, "wrong-set-kind",
                    "set '\(draft.name)' joins a set of addresses with a set of ports",
                    at: location)
                return nil
            }
        }
        guard addresses.isEmpty else {
            combinedPrefixes += addresses.reduce(0) { $0 + $1.count }
            guard combinedPrefixes <= PolicyLimits.combinedPrefixes else {
                reading.report(
                    .error, "limit",
                    "sets of sets hold more than \(PolicyLimits.combinedPrefixes) prefixes",
                    at: draft.location)
                return nil
            }
            return .addresses(Self.union(addresses))
        }
        return .ports(Self.sorted(ports))
    }

    private static func union(_ sets: [AddressSet]) -> AddressSet {
        guard sets.count != 1 else { return sets[0] }
        return AddressSet(ipv4: sets.flatMap(\.ipv4), ipv6: sets.flatMap(\.ipv6))
    }

    private static func sorted(_ ranges: [PortRange]) -> [PortRange] { Set(ranges).sorted() }
}
