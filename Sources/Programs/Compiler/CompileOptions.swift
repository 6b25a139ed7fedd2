/// How to compile a user's source, beyond what every BPF program needs.
public struct CompileOptions: Sendable {
    /// Where `vmlinux.h` comes from.
    public enum KernelTypes: Sendable, Equatable {
        /// The running kernel, if the source includes a `vmlinux.h` that is not found.
        case onDemand
        /// The running kernel.
        case running
        /// A file of BTF, raw or in an ELF section.
        case file(String)
    }

    /// Folders to look for headers in, in this order (`-I`).
    public var includes: [String] = []
    /// Macros: `NAME` or `NAME=VALUE` (`-D`).
    public var defines: [String] = []
    /// Where `vmlinux.h` comes from.
    public var kernelTypes = KernelTypes.onDemand
    /// Whether clang colours what it says.
    public var usesColor = false

    /// Nothing beyond what every BPF program needs.
    public init() {}
}
