internal import CLibbpf
public import LinuxSystem

/// A BPF object whose maps and programs are in the kernel.
///
/// What the getters return owns descriptors of its own and may outlive the object.
public struct LoadedObject: ~Copyable {
    let handle: ObjectHandle
    /// The name of the object, as it was opened.
    public let name: String

    /// Takes a program out of the object.
    ///
    /// - Parameter name: The function's name in C.
    /// - Returns: The program, with a descriptor of its own.
    /// - Throws: ``BPFError`` with `.notFound` if there is none, or it was not loaded.
    public borrowing func program(_ name: String) throws(BPFError) -> Program {
        let raw = try handle.program(name, for: "get program")
        let number = bpf_program__fd(raw)
        guard number >= 0 else {
            throw BPFError(.notFound, "get program", name, "it was configured not to be loaded")
        }
        let descriptor = try own(number, "get program", name)
        return Program(descriptor: descriptor, subject: name)
    }

    /// Takes the descriptor of a map out of the object.
    ///
    /// - Parameter name: The map's name in C; `.rodata`, `.data` and `.bss` name data sections.
    /// - Returns: A descriptor of its own.
    /// - Throws: ``BPFError`` with `.notFound` if there is none, or it was not created.
    public borrowing func mapDescriptor(_ name: String) throws(BPFError) -> OwnedDescriptor {
        let raw = try handle.map(name, for: "get map")
        let number = bpf_map__fd(raw)
        guard number >= 0 else {
            throw BPFError(.notFound, "get map", name, "it was configured not to be created")
        }
        return try own(number, "get map", name)
    }

    /// Takes a map out of the object.
    ///
    /// ```swift
    /// let prefixes = try object.map("src_prefix4", as: LPMTrie<Key, UInt32>.self)
    /// ```
    ///
    /// - Parameters:
    ///   - name: The map's name in C.
    ///   - type: ``Map``, or a typed view of one.
    /// - Returns: The map, with a descriptor of its own.
    /// - Throws: ``BPFError`` with `.notFound`, or with `.wrongType` or `.layout` if the map is not
    ///   what `type` describes.
    public borrowing func map<View: MapView & ~Copyable>(
        _ name: String, as type: View.Type = View.self
    ) throws(BPFError) -> View {
        try View(Map(descriptor: try mapDescriptor(name), subject: name))
    }
}
