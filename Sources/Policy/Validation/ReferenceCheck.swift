/// Checks that what is named exists and is of the right kind, and that sets are used.
struct ReferenceCheck {
    let reading: Reading

    /// Checks the references to sets, and warns of sets without any.
    func checkSets(_ drafts: [SetDraft], contents: [Name: SetContents?]) {
        let names = drafts.map(\.name)
        let known = Set(names)
        for reference in reading.setReferences {
            guard known.contains(reference.name) else {
                let isMember = reference.kind == .any
                reading.report(
                    .error, "unknown-set",
                    "unknown set '\(isMember ? "" : "@")\(reference.name)'",
                    hint: Suggestion.hint(for: reference.name.text, among: names.map(\.text)),
                    at: reference.location)
                continue
            }
            checkKind(of: reference, contents[reference.name] ?? nil)
        }
        // A typing error would make its set look unused as well.
        guard !reading.hasErrors else { return }
        let used = Set(reading.setReferences.map(\.name))
        for draft in drafts where !used.contains(draft.name) {
            reading.report(
                .warning, "unused-set", "set '\(draft.name)' is not used", at: draft.location)
        }
    }

    private func checkKind(of reference: SetReference, _ contents: SetContents?) {
        let actual: SetReference.Kind
        switch contents {
        case .addresses: actual = .addresses
        case .ports: actual = .ports
        case nil: return
        }
        guard reference.kind != .any, reference.kind != actual else { return }
        reading.report(
            .error, "wrong-set-kind",
            "'\(reference.key)' needs a set of \(reference.kind.rawValue),"
                + " and '@\(reference.name)' is a set of \(actual.rawValue)",
            at: reference.location)
    }

    /// Checks the references to filters; filters with errors in them count as known.
    func checkFilters(_ names: [String]) {
        check(reading.filterReferences, among: names, "filter", code: "unknown-filter")
    }

    /// Checks the references to device lists; lists with errors in them count as known.
    func checkDevices(_ names: [String]) {
        check(reading.deviceReferences, among: names, "device list", code: "unknown-device-list")
    }

    private func check(
        _ references: [(name: Name, location: SourceLocation)], among names: [String],
        _ what: String, code: String
    ) {
        let known = Set(names)
        for reference in references where !known.contains(reference.name.text) {
            reading.report(
                .error, code, "unknown \(what) '\(reference.name)'",
                hint: Suggestion.hint(for: reference.name.text, among: names),
                at: reference.location)
        }
    }
}
