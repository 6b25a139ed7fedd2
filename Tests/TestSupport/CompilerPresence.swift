public import Testing

extension Trait where Self == ConditionTrait {
    /// For tests that compile BPF programs with the clang in PATH.
    public static var requiresClang: Self {
        .enabled(if: hasClang, "needs clang with the bpf target in PATH")
    }
}

private let hasClang: Bool = {
    let targets = try? runChecked(["clang", "--print-targets"])
    return targets?.contains("bpf") == true
}()
