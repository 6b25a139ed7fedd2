internal import SystemPackage

extension Journal {
    /// What takes the changes of users' programs back: those that came go, those that went come back.
    ///
    /// - Parameters:
    ///   - root: The folder of all pins.
    ///   - present: What is attached now.
    /// - Returns: The changes, and what each is in words.
    /// - Throws: ``DatapathError`` when a program was changed since.
    func programsBack(
        in root: PinRoot, _ present: [ProgramAttachment]
    ) throws -> [(swap: ProgramSwap, step: String)] {
        let swaps = programs ?? []
        // Before any of those that went comes back.
        for swap in swaps where swap.new != nil {
            guard let found = present.first(where: { $0.folder == swap.folder }),
                found.programID != swap.new
            else { continue }
            throw DatapathError(
                "roll back", found.hookName, "it has changed since the last apply",
                hint: "apply the policy that is to be in force")
        }
        return try swaps.compactMap { swap in
            let pins = ProgramPins(folder: root.path.appending(swap.folder))
            guard let new = swap.new else {
                guard let old = swap.old, root.isRetired(swap.folder) else { return nil }
                let kept = ProgramPins(folder: root.retiredPins(of: swap.folder).folder)
                let back = ProgramSwap(folder: swap.folder, old: nil, new: old, isRevival: true)
                return (back, "attach \(try kept.readRecord(of: old).place)")
            }
            guard let found = present.first(where: { $0.folder == swap.folder }) else { return nil }
            guard let old = swap.old else {
                return (
                    ProgramSwap(folder: swap.folder, old: new, new: nil), "detach \(found.hookName)"
                )
            }
            return (
                ProgramSwap(folder: swap.folder, old: new, new: old),
                "put back \(try pins.readRecord(of: old).place)"
            )
        }
    }
}

extension ProgramRecord {
    /// `eth1 xdp: program count_packets of count.bpf.o`
    fileprivate var place: String {
        let place = interface ?? cgroup.map { "cgroup \($0)" } ?? socket?.name ?? "the kernel"
        return "\(place) \(hook): program \(name) of \(file)"
    }
}
