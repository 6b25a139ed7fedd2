import ArgumentParser

/// What `netctl top` lists.
enum TopView: String, CaseIterable, ExpressibleByArgument {
    case verdict, rule, reason, source, process

    /// The key that shows it.
    var key: Character { Character("\((Self.allCases.firstIndex(of: self) ?? 0) + 1)") }

    /// The heading of its first column.
    var heading: String { rawValue.uppercased() }
}
