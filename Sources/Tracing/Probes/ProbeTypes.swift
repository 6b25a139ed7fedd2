internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// The types of the kernel and of every module that is loaded.
struct ProbeTypes {
    /// The kernel's first, with no module's name.
    let all: [(module: String?, types: BTF)]

    /// Reads them all.
    ///
    /// - Throws: ``TracingError`` if the kernel has none.
    init() throws {
        let kernel = try Self.kernel()
        var all: [(String?, BTF)] = [(nil, kernel)]
        let names = (try? Directory.entries(at: "/sys/kernel/btf")) ?? []
        for name in names.sorted() where name != "vmlinux" {
            // A module may be gone by now; then nothing of it can be attached to.
            guard let types = try? BTF.module(name, base: kernel) else { continue }
            all.append((name, types))
        }
        self.all = all
    }

    private static func kernel() throws -> BTF {
        do {
            return try BTF.kernel()
        } catch {
            guard error.code == .notFound else { throw error }
            throw TracingError(
                "read types of", "the kernel", "there are none", errno: error.errno,
                hint: "it was built without CONFIG_DEBUG_INFO_BTF", code: .unsupported)
        }
    }

    /// The first type with a name, the kernel's own before those of modules.
    func find(_ name: String, _ kind: BTFKind) -> (types: BTF, id: UInt32)? {
        for (_, types) in all {
            if let id = types.find(name, kind) { return (types, id) }
        }
        return nil
    }
}
