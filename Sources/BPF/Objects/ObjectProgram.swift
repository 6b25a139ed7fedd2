internal import CLibbpf

/// A program of an object that is not yet loaded, as its section describes it.
public struct ObjectProgram: Hashable, Sendable {
    /// The function's name in C.
    public let name: String
    /// The ELF section, `kprobe/do_unlinkat`: type, hook and often the target.
    public let section: String
    /// The type that the section implies; raw value 0 if libbpf does not know it.
    public let type: ProgramType
    /// The hook that the section implies; raw value 0 where there is none.
    public let attachType: AttachType
    /// Whether ``OpenObject/load()`` would load it: not if its section begins with `?`.
    public let isLoaded: Bool

    /// A program that is known from before.
    public init(
        name: String, section: String, type: ProgramType, attachType: AttachType,
        isLoaded: Bool = true
    ) {
        self.name = name
        self.section = section
        self.type = type
        self.attachType = attachType
        self.isLoaded = isLoaded
    }
}

extension OpenObject {
    /// Every program of the object, in file order. Functions that others call are not among them.
    public var programs: [ObjectProgram] {
        handle.programs { raw in
            ObjectProgram(
                name: String(cString: bpf_program__name(raw)),
                section: String(cString: bpf_program__section_name(raw)),
                type: ProgramType(rawValue: bpf_program__type(raw).rawValue),
                attachType: AttachType(rawValue: bpf_program__expected_attach_type(raw).rawValue),
                isLoaded: bpf_program__autoload(raw))
        }
    }

    /// Whether the object carries BTF: without it, its maps and variables have sizes, no types.
    public var hasTypes: Bool { bpf_object__btf(handle.raw) != nil }
}
