internal import BPF
internal import Policy
internal import SystemPackage

extension Plan {
    /// Compares the programs that a policy wants with those that there are.
    static func programSteps(
        _ policy: Name, _ wanted: Targets, _ programs: [ProgramAttachment], takeOver: Bool,
        removesOthers: Bool
    ) throws -> [Step] {
        let present = Dictionary(
            programs.map { ($0.folder, $0) }, uniquingKeysWith: { first, _ in first })
        var steps: [Step] = []
        for want in wanted.programs {
            guard let found = present[want.target.point.pinName], found.state != .gone else {
                steps.append(.attachProgram(want))
                continue
            }
            try found.requireMode(want.target.interface?.mode)
            if !takeOver, let refusal = found.refusal(of: policy, want) { throw refusal }
            guard found.record.owner != policy.text || found.record.digest != want.user.digest
            else { continue }
            steps.append(.replaceProgram(found, want))
        }
        guard removesOthers else { return steps }
        let kept = Set(wanted.programs.map(\.target.point.pinName))
        return steps
            + programs.filter { $0.record.owner == policy.text && !kept.contains($0.folder) }
            .map(Step.detachProgram)
    }

    /// Whether a user's program comes, goes or is replaced.
    var changesPrograms: Bool {
        steps.contains { step in
            switch step {
            case .attachProgram, .replaceProgram, .detachProgram: true
            case .attach, .replace, .clear, .detach: false
            }
        }
    }
}

extension ProgramWant {
    /// On XDP there is room for one: the datapath or a user's program.
    func refuseFilter(
        on filters: [Targets.Want], _ attachments: [AttachPoint: Attachment]
    ) throws {
        guard let interface = target.interface, interface.point.hook == .xdp else { return }
        if let filter = filters.first(where: { $0.target.point == interface.point }) {
            throw DatapathError(
                "attach program \(user.program.name)", target.name,
                "the policy has \(filter.use) for xdp there, which has room for one program",
                hint: "put one of them on tc-ingress", code: .invalidPolicy)
        }
        guard let found = attachments[interface.point], found.state != .gone else { return }
        throw DatapathError(
            "attach program \(user.program.name)", target.name,
            "netctl's own datapath has the xdp hook", errno: .resourceBusy,
            hint: "'netctl detach \(target.name) --hook xdp' first")
    }
}

extension ProgramAttachment {
    /// Whether it takes the XDP hook that the datapath would need.
    func isOnXDP(of point: AttachPoint) -> Bool {
        state != .gone && point.hook == .xdp && record.attachPoint == point
    }

    /// Why the datapath cannot have the hook.
    var busy: DatapathError {
        let name = location?.name ?? ""
        return DatapathError(
            "attach xdp", name, "program '\(record.name)', attached by --program, is there",
            errno: .resourceBusy, hint: "'netctl detach \(name) --hook xdp' first")
    }

    /// Why a policy may not put its program here; nil when nobody else holds the place.
    fileprivate func refusal(of policy: Name, _ want: ProgramWant) -> DatapathError? {
        guard record.owner != policy.text else { return nil }
        // What a person attached under this very name is the policy's from now on.
        guard record.owner != nil || record.name != want.user.program.name else { return nil }
        let holder = record.owner.map { "policy '\($0)'" } ?? "program '\(record.name)'"
        return DatapathError(
            "apply policy '\(policy)'", want.target.name, "\(holder) holds \(record.hook) there",
            hint: "detach it, or use --take-over")
    }
}

extension UserProgram: CustomStringConvertible {
    /// `program count_packets of count.bpf.o`
    public var description: String { "program \(program.name) of \(file)" }
}
