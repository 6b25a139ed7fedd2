/// Checks that one name is one thing, over all files of a policy.
struct NameCheck {
    let reading: Reading

    /// Checks that exactly one file names the policy; the name, or nil after an error.
    func policyName(_ draft: PolicyDraft, first source: PolicySource) -> Name? {
        guard let first = draft.names.first else {
            reading.report(
                .error, "missing-key", "the policy has no 'name'",
                at: SourceLocation(file: source.path, line: 1, column: 1))
            return nil
        }
        for other in draft.names.dropFirst() {
            reading.report(
                .error, "duplicate-name",
                "the policy is already named at \(first.location)",
                hint: "one file of a policy has 'name'", at: other.location)
        }
        return first.name
    }

    /// Reports names that come again; a set or a filter stands whole in one file.
    func checkUnique(_ entries: [(name: String, location: SourceLocation)], _ what: String) {
        var first: [String: SourceLocation] = [:]
        for entry in entries {
            guard let earlier = first[entry.name] else {
                first[entry.name] = entry.location
                continue
            }
            reading.report(
                .error, "duplicate-name",
                "\(what) '\(entry.name.shortened)' is already at \(earlier)",
                at: entry.location)
        }
    }
}
