internal import CBPFShims
internal import Glibc

extension OpenObject {
    /// Writes the first value of a global variable, before the programs see it.
    ///
    /// A `const volatile` variable (`.rodata`) is a constant to the verifier, which prunes the
    /// branches that it rules out. `.data`, `.bss` and their named kin work too.
    ///
    /// - Parameters:
    ///   - name: The variable's name in C.
    ///   - value: The value, in the byte order that the C program expects.
    /// - Throws: ``BPFError`` with `.notFound` if no section has such a variable (clang drops the
    ///   unused ones), with `.layout` if `T` has another size.
    public mutating func setGlobal<T: BitwiseCopyable>(
        _ name: String, to value: T
    ) throws(BPFError) {
        var global = bpf_shim_global()
        switch bpf_shim_find_global(handle.raw, name, &global) {
        case 0:
            break
        case -ENOENT:
            throw BPFError(
                .notFound, "set variable", name, "object '\(self.name)' has no such global")
        default:
            throw BPFError(
                .object, "set variable", name,
                "object '\(self.name)' carries no type information",
                hint: "compile it with -g")
        }
        guard global.size == MemoryLayout<T>.size, let address = global.address else {
            throw BPFError(
                .layout, "set variable", name,
                "it has \(global.size) bytes, \(T.self) has \(MemoryLayout<T>.size)")
        }
        // SAFETY: the shim has checked that `size` bytes at `address` lie within the section.
        UnsafeMutableRawBufferPointer(start: address, count: global.size)
            .storeBytes(of: value, as: T.self)
    }
}
