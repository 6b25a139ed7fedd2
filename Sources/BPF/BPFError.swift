internal import LinuxSystem
public import SystemPackage

/// Why an operation on a BPF object failed.
public struct BPFError: Error, Sendable {
    /// The kind of a failure. More kinds may come: switch with a `default`.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the kind.
        public let rawValue: String

        /// Makes a kind from its name.
        ///
        /// - Parameter rawValue: The name, in camel case.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A call failed; ``BPFError/errno`` says how.
        public static let system = Code(rawValue: "system")
        /// The verifier refused a program; ``BPFError/verifierLog`` holds what it said.
        public static let verifier = Code(rawValue: "verifier")
        /// The ELF object is damaged, or needs what libbpf or the kernel lacks.
        public static let object = Code(rawValue: "object")
        /// The kernel has no type information (BTF), which the object needs.
        public static let noKernelTypes = Code(rawValue: "noKernelTypes")
        /// The kernel is too old for it, or was built without it.
        public static let unsupported = Code(rawValue: "unsupported")
        /// A Swift type and the kernel's value disagree about their size.
        public static let layout = Code(rawValue: "layout")
        /// A map, program or pin is not of the type that the caller expects.
        public static let wrongType = Code(rawValue: "wrongType")
        /// An index or count lies outside of what the map holds.
        public static let outOfRange = Code(rawValue: "outOfRange")
        /// No program, map, variable, element or pin by this name.
        public static let notFound = Code(rawValue: "notFound")
        /// The map has no room for another element.
        public static let full = Code(rawValue: "full")
    }

    /// The kind of the failure.
    public var code: Code
    /// What was attempted, as a verb phrase: `load program`.
    public var attempt: String
    /// On what: the name of a program, map or variable, a path, an interface.
    public var subject: String
    /// What is in the way, in lower case.
    public var reason: String
    /// The error number of the call, where a call failed.
    public var errno: Errno?
    /// What to do about it.
    public var hint: String?
    /// What the verifier said, where it refused a program.
    public var verifierLog: VerifierLog?

    init(
        _ code: Code, _ attempt: String, _ subject: String, _ reason: String,
        errno: Errno? = nil, hint: String? = nil, verifierLog: VerifierLog? = nil
    ) {
        self.code = code
        self.attempt = attempt
        self.subject = subject
        self.reason = reason
        self.errno = errno
        self.hint = hint
        self.verifierLog = verifierLog
    }
}

extension BPFError {
    /// Whether the kernel lacks what was asked for: no object and no privilege would change that.
    public var isKernelLacking: Bool { code == .unsupported || code == .noKernelTypes }

    static func noKernelTypes(_ attempt: String, _ subject: String, _ errno: Errno) -> BPFError {
        BPFError(
            .noKernelTypes, attempt, subject, "this kernel has no type information, BTF",
            errno: errno, hint: "it needs a kernel with CONFIG_DEBUG_INFO_BTF")
    }
}

extension BPFError: CustomStringConvertible {
    /// One sentence, `attempt subject: reason (ERRNO); hint`; a verifier's refusal adds the lines
    /// that explain it.
    public var description: String {
        var text = "\(attempt) \(subject): \(reason)"
        if let errno {
            text += " (\(errno.name ?? "errno \(errno.rawValue)"))"
        }
        if let verifierLog {
            text += ": \(verifierLog.cause)"
        }
        if let hint {
            text += "; \(hint)"
        }
        if let verifierLog {
            for line in verifierLog.excerpt {
                text += "\n  \(line)"
            }
        }
        return text
    }
}
