import NetTypes

/// Turns what the policy files say of sets into what the sets hold.
struct SetResolver {
    private let reading: Reading
    private let setFiles: any SetFileSource
    private let limit: Int
    private let combinedLimit: Int
    private let byteLimit: Int
    private var prefixes = 0
    private var combinedPrefixes = 0
    private var bytes = 0
    /// Set files that were read, by path; nil after an error.
    private var files: [String: Entries?] = [:]
    /// How many prefixes of each set were named before.
    private(set) var duplicates: [Name: Int] = [:]

    /// What a set file holds.
    private struct Entries {
        let set: AddressSet
        /// How many prefixes were read.
        let count: Int
    }

    /// Limits are parameters so that tests need not reach ten million.
    init(
        _ reading: Reading, _ setFiles: any SetFileSource, limit: Int = PolicyLimits.prefixes,
        combinedLimit: Int = PolicyLimits.combinedPrefixes,
        byteLimit: Int = PolicyLimits.setFileBytes
    ) {
        self.reading = reading
        self.limit = limit
        self.combinedLimit = combinedLimit
        self.byteLimit = byteLimit
        self.setFiles = setFiles
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
            let count = contents.count
            return .addresses(addresses(of: draft, count, contents.takeAddresses()))
        case .files(let paths): return files(paths, of: draft).map(SetContents.addresses)
        case .ports(let ranges): return .ports(Self.sorted(ranges))
        case .sets, nil: return nil
        }
    }

    private mutating func files(_ paths: [String], of draft: SetDraft) -> AddressSet? {
        var read: [Entries] = []
        for (path, location) in zip(paths, draft.locations) {
            let resolved = draft.source.resolve(path)
            if files[resolved] == nil {
                files[resolved] = .some(entries(resolved, named: path, at: location, draft))
            }
            guard case .some(.some(let entries)) = files[resolved] else { continue }
            read.append(entries)
        }
        guard read.count == paths.count else { return nil }
        let count = read.reduce(0) { $0 + $1.count }
        return addresses(of: draft, count, Self.union(read.map(\.set)))
    }

    /// Notes how many of a set's prefixes were named before.
    private mutating func addresses(
        of draft: SetDraft, _ count: Int, _ set: AddressSet
    ) -> AddressSet {
        duplicates[draft.name] = count - set.count
        return set
    }

    private mutating func entries(
        _ path: String, named name: String, at location: SourceLocation, _ draft: SetDraft
    ) -> Entries? {
        let text: any SetFileText
        do {
            text = try setFiles.open(path)
        } catch {
            reading.report(
                .error, "set-file", "cannot read set file '\(name.shortened)': \(error)",
                at: location)
            return nil
        }
        var contents: SetFileContents
        let size: Int
        do throws(SetFileReader.Failure) {
            (contents, size) = try SetFileReader.read(
                text, limit: limit - prefixes, byteLimit: byteLimit - bytes)
        } catch {
            report(error, of: path)
            return nil
        }
        bytes += size
        SetFileProblems(path: path, contents: contents).report(to: reading)
        guard take(contents.count, draft), contents.malformedCount == 0 else { return nil }
        if contents.count == 0 {
            reading.report(
                .warning, "empty-set", "set file '\(name.shortened)' holds no addresses",
                at: location)
        }
        let count = contents.count
        let set = contents.takeAddresses()
        reportContained(set, in: path, text)
        return Entries(set: set, count: count)
    }

    private func report(_ failure: SetFileReader.Failure, of path: String) {
        let file = SourceLocation(file: path, line: 0)
        switch failure {
        case .unreadable(let error): reading.report(.error, "set-file", "\(error)", at: file)
        case .tooLong:
            let limit = byteLimit >> 20
            reading.report(
                .error, "limit", "the set files up to this one hold more than \(limit) MiB of text",
                at: file)
        }
    }

    /// Reports, once a file, prefixes that lie inside others.
    private func reportContained(_ set: AddressSet, in path: String, _ text: any SetFileText) {
        let (count, first) = set.contained
        guard let first else { return }
        reading.report(
            .warning, "contained-address",
            "\(count) \(count == 1 ? "prefix lies" : "prefixes lie") inside others,"
                + " the first is \(first.prefix) in \(first.holder)",
            at: SourceLocation(
                file: path, line: SetFileReader.line(of: first.prefix, in: text) ?? 0))
    }

    private mutating func take(_ count: Int, _ draft: SetDraft) -> Bool {
        let before = prefixes
        prefixes += count
        guard prefixes > limit else { return true }
        if before <= limit {
            reading.report(
                .error, "limit", "the sets hold more than \(limit) prefixes",
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
            let count = addresses.reduce(0) { $0 + $1.count }
            combinedPrefixes += count
            guard combinedPrefixes <= combinedLimit else {
                reading.report(
                    .error, "limit",
                    "sets of sets hold more than \(combinedLimit) prefixes",
                    at: draft.location)
                return nil
            }
            return .addresses(self.addresses(of: draft, count, Self.union(addresses)))
        }
        return .ports(Self.sorted(ports))
    }

    /// Merges neighbours in pairs, so that each prefix is moved log(sets) times and never sorted.
    private static func union(_ sets: [AddressSet]) -> AddressSet {
        var sets = sets
        while sets.count > 1 {
            sets = stride(from: 0, to: sets.count, by: 2).map { index in
                index + 1 < sets.count ? sets[index].union(sets[index + 1]) : sets[index]
            }
        }
        return sets.first ?? AddressSet()
    }

    private static func sorted(_ ranges: [PortRange]) -> [PortRange] { Set(ranges).sorted() }
}
