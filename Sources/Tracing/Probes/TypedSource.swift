internal import BPF

/// What the types of the kernel and of its modules name: functions, tracepoints, iterators.
final class TypedSource: ProbeSource {
    private let kind: ProbeKind
    private let types: ProbeTypes
    /// The functions that can be traced, if the kernel tells.
    private let traceable: Set<String>?

    /// - Parameters:
    ///   - kind: ``ProbeKind/fentry``, ``ProbeKind/tpBTF`` or ``ProbeKind/iter``.
    ///   - types: The kernel's types.
    ///   - traceable: The functions that can be traced; `nil` if nobody knows.
    init(_ kind: ProbeKind, types: ProbeTypes, traceable: Set<String>? = nil) {
        self.kind = kind
        self.types = types
        self.traceable = traceable
    }

    func probes() throws -> [Probe] {
        var probes: [Probe] = []
        for (module, types) in types.all {
            types.forEach(kind == .tpBTF ? .typedef : .function) { _, bytes in
                guard let name = name(bytes) else { return }
                probes.append(Probe(kind, name, module: module))
            }
        }
        return probes
    }

    /// The probe's name, where a type with this name means one.
    private func name(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        switch kind {
        case .tpBTF:
            // typedef void (*btf_trace_kfree_skb)(void *, …), include/trace/bpf_probe.h
            guard bytes.starts(with: "btf_trace_".utf8) else { return nil }
            return String(decoding: bytes.dropFirst("btf_trace_".utf8.count), as: UTF8.self)
        case .iter:
            // int bpf_iter_task_file(…), DEFINE_BPF_ITER_FUNC
            guard bytes.starts(with: "bpf_iter_".utf8) else { return nil }
            let name = String(decoding: bytes.dropFirst("bpf_iter_".utf8.count), as: UTF8.self)
            // What walks a target is a structure `bpf_iter__TARGET`; other functions are no targets.
            return types.find("bpf_iter__\(name)", .structure) == nil ? nil : name
        default:
            let name = String(decoding: bytes, as: UTF8.self)
            return traceable?.contains(name) == false ? nil : name
        }
    }

    func detail(of probe: Probe) throws -> Probe.Detail {
        let found: (types: BTF, id: UInt32)? =
            switch kind {
            case .tpBTF: types.find("btf_trace_\(probe.name)", .typedef)
            case .iter: types.find("bpf_iter__\(probe.name)", .structure)
            default: types.find(probe.name, .function)
            }
        guard let (types, id) = found else { return .none }
        return switch kind {
        case .tpBTF: tracepoint(types, id, probe.name)
        case .iter: context(types, id)
        default: .prototype(types.declaration(of: id))
        }
    }

    /// What a tracepoint hands over, without the first parameter, which is the kernel's own. The
    /// typedef has no names of parameters; functions that the kernel makes beside it have.
    private func tracepoint(_ types: BTF, _ id: UInt32, _ name: String) -> Probe.Detail {
        let named = ["__bpf_trace_\(name)", "__traceiter_\(name)"].lazy
            .compactMap { self.types.find($0, .function) }.first
        guard
            let prototype = named.flatMap({ $0.types.prototype(of: $0.id) })
                ?? types.prototype(of: id)
        else { return .none }
        let owner = named?.types ?? types
        let parameters = prototype.parameters.dropFirst().map {
            owner.declaration(of: $0.type, named: $0.name)
        }
        let list = parameters.isEmpty ? "void" : parameters.joined(separator: ", ")
        return .prototype("void \(name)(\(list))")
    }

    /// What a walk shows at each step.
    private func context(_ types: BTF, _ id: UInt32) -> Probe.Detail {
        guard case .composite(let context)? = types.type(id) else { return .none }
        let members = context.members.map { member -> String in
            // struct { union { struct bpf_iter_meta *meta; }; …: each pointer is wrapped.
            guard case .composite(let wrapper)? = types.type(member.type),
                let inner = wrapper.members.first
            else { return types.declaration(of: member.type, named: member.name) }
            return types.declaration(of: inner.type, named: inner.name)
        }
        return .prototype("struct \(context.name) { \(members.map { "\($0); " }.joined())}")
    }
}

extension BTF {
    /// What a function, or a typedef of a pointer to one, takes and returns.
    func prototype(of id: UInt32) -> BTFPrototype? {
        guard let below = underlying(id) else { return nil }
        switch type(below) {
        case .function(_, let prototype)?, .pointer(to: let prototype)?:
            guard case .prototype(let prototype)? = type(prototype) else { return nil }
            return prototype
        default: return nil
        }
    }
}
