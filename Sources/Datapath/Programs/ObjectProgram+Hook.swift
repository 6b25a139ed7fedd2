internal import BPF
internal import Policy

extension ObjectProgram {
    /// The program as one for a hook, where its section alone does not make it one: iproute2 takes any name of
    /// a section (`SEC("prog")`, `SEC("xdp/filter")`), and has actions of TC, which are what classifiers are.
    ///
    /// - Parameter hook: The hook that is named; nil for none.
    /// - Returns: The program with the type of the hook, or as it is.
    func adopted(for hook: Hook?) -> ObjectProgram {
        if type == .schedAct { return with(.schedCls, attachType) }
        guard isUnknown else { return self }
        switch target {
        case .xdp: return with(.xdp, attachType)
        case .tc: return with(.schedCls, attachType)
        default: break
        }
        guard let hook else { return self }
        return switch hook {
        case .xdp: with(.xdp, attachType)
        case .tcIngress, .tcEgress: with(.schedCls, attachType)
        case .cgroupIngress, .cgroupEgress: with(.cgroupSKB, hook.attachType)
        case .cgroupDevice: with(.cgroupDevice, hook.attachType)
        }
    }

    /// Whether its section means nothing to libbpf.
    var isUnknown: Bool { type == .unspecified }

    private func with(_ type: ProgramType, _ attachType: AttachType) -> ObjectProgram {
        ObjectProgram(
            name: name, section: section, type: type, attachType: attachType, isLoaded: isLoaded)
    }
}

extension OpenObject {
    /// Gives a program the type of the one that it was made by ``ObjectProgram/adopted(for:)``.
    mutating func adopt(_ program: ObjectProgram) throws(BPFError) {
        guard programs.first(where: { $0.name == program.name })?.type != program.type else {
            return
        }
        try setType(program: program.name, program.type)
    }
}
