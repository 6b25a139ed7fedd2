internal import BPF
internal import Policy
internal import SystemPackage

/// Puts a program on a TC hook of an interface of the calling thread's network namespace, by a link.
struct TCXAttacher {
    let target: AttachTarget
    let index: Int32

    /// Attaches behind the programs that are there: what they let by, and only that, is judged.
    ///
    /// - Returns: The link; nil when the kernel has no TCX, or clsact is insisted on.
    /// - Throws: `BPFError`; ``DatapathError`` with `.unsupported` when TCX is insisted on in vain.
    func attach(_ program: borrowing Program) throws -> AttachedLink? {
        if target.mode == .tc(.clsact) { return nil }
        guard try FeatureProbe.supportsTCX() else {
            guard target.mode == .tc(.tcx) else { return nil }
            throw DatapathError(
                "attach \(target.point.hook)", target.name,
                "this kernel has no TCX, which came with Linux 6.6", errno: .invalidArgument,
                hint: "use --tc clsact, or auto", code: .unsupported)
        }
        let link = try Link.attachTCX(
            program: program, interfaceIndex: index,
            direction: target.point.hook.tcxDirection)
        return AttachedLink(link: link, mode: .tc(.tcx))
    }
}
