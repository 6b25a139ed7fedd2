internal import CLibbpf
internal import SystemPackage

/// Owns a `struct bpf_object`, from opening to the end.
struct ObjectHandle: ~Copyable {
    let raw: OpaquePointer

    deinit {
        bpf_object__close(raw)
    }

    /// Every program of the object, loaded or not, in file order.
    borrowing func programNames() -> [String] {
        programs { String(cString: bpf_program__name($0)) }
    }

    /// Something of every program, in file order.
    borrowing func programs<Result>(_ read: (OpaquePointer) -> Result) -> [Result] {
        var results: [Result] = []
        var program = bpf_object__next_program(raw, nil)
        while let current = program {
            results.append(read(current))
            program = bpf_object__next_program(raw, current)
        }
        return results
    }

    /// Every map of the object but the data sections, in libbpf's order.
    borrowing func mapNames() -> [String] {
        var names: [String] = []
        var map = bpf_object__next_map(raw, nil)
        while let current = map {
            if !bpf_map__is_internal(current) {
                names.append(String(cString: bpf_map__name(current)))
            }
            map = bpf_object__next_map(raw, current)
        }
        return names
    }

    /// Gives programs whose section this libbpf does not know the type that it means: libbpf 1.1 is
    /// older than TCX.
    borrowing func nameNewTypes() {
        _ = programs { program in
            let section = String(cString: bpf_program__section_name(program))
            guard bpf_program__type(program).rawValue == 0, section.hasPrefix("tcx/") else {
                return
            }
            // It fails for a program that is loaded, which none is yet.
            _ = bpf_program__set_type(
                program, bpf_prog_type(rawValue: ProgramType.schedCls.rawValue))
        }
    }

    borrowing func program(_ name: String, for attempt: String) throws(BPFError) -> OpaquePointer {
        guard let program = bpf_object__find_program_by_name(raw, name) else {
            throw missing("program", name, among: programNames(), attempt)
        }
        return program
    }

    borrowing func map(_ name: String, for attempt: String) throws(BPFError) -> OpaquePointer {
        guard let map = bpf_object__find_map_by_name(raw, name) else {
            throw missing("map", name, among: mapNames(), attempt)
        }
        return map
    }

    borrowing func missing(
        _ kind: String, _ name: String, among names: [String], _ attempt: String
    ) -> BPFError {
        let object = String(cString: bpf_object__name(raw))
        return BPFError(
            .notFound, attempt, name, "object '\(object)' has no such \(kind)",
            hint: names.isEmpty ? nil : "it has \(names.joined(separator: ", "))")
    }
}
