internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// Attaches a user's program to what its section names in the kernel: tracepoints, functions, probes.
struct KernelAttacher {
    /// How often a program on the processor's clock runs each second: not the beat of anything else.
    private static let frequency: UInt64 = 99

    /// What the program's section says.
    let described: ObjectProgram
    /// The file that it came from.
    let file: String

    /// Attaches.
    ///
    /// - Parameter program: The program, loaded.
    /// - Returns: Its links, one but for programs that need one for each CPU.
    /// - Throws: `BPFError`; ``DatapathError`` when the section names no target.
    func attach(_ program: borrowing Program) throws -> [Held] {
        switch described.target {
        case .tracing:
            return [Held(try Link.attachTracing(program: program))]
        case .rawTracepoint(let name):
            try require(!name.isEmpty, "SEC(\"raw_tp/NAME\")")
            return [Held(try Link.attachRawTracepoint(program: program, tracepoint: name))]
        case .tracepoint(let category, let name):
            try require(!category.isEmpty && !name.isEmpty, "SEC(\"tracepoint/CATEGORY/NAME\")")
            let id = try Tracepoint.id(category, name)
            return [Held(try Link.attachTracepoint(program: program, id: id))]
        case .kernelProbe(let function, let offset, let returns):
            try require(!function.isEmpty, "SEC(\"kprobe/FUNCTION\")")
            let link = try Link.attachKprobe(
                program: program, function: function, offset: offset, atReturn: returns)
            return [Held(link)]
        case .userProbe(let path, let function, let offset, let returns):
            try require(!path.isEmpty, "SEC(\"uprobe/PATH:FUNCTION\")")
            let file = try UserFunction.file(path)
            let start = function.isEmpty ? 0 : try UserFunction.offset(of: function, in: file)
            let link = try Link.attachUprobe(
                program: program, path: FilePath(file), offset: start + offset, atReturn: returns)
            return [Held(link)]
        case .perfEvent:
            var links: [Held] = []
            for cpu in try ProcessorIDs.online() {
                let link = try Link.attachClock(
                    program: program, frequency: Self.frequency, cpu: Int32(cpu))
                links.append(Held(link))
            }
            return links
        case .iterator(let name):
            try require(!name.isEmpty, "SEC(\"iter/NAME\")")
            return [Held(try Link.attachIterator(program: program))]
        case .xdp, .tc, .cgroup, .socketFilter, .other:
            preconditionFailure("a target in the kernel was asked for before")
        }
    }

    /// A link in an array, which cannot hold what cannot be copied.
    final class Held {
        let link: Link
        init(_ link: consuming Link) { self.link = link }
        init(attached: consuming AttachedLink) { link = attached.link }
    }

    private func require(_ isNamed: Bool, _ form: String) throws(DatapathError) {
        guard !isNamed else { return }
        throw DatapathError(
            "attach program \(described.name)", file,
            "its section '\(described.section)' names no target", hint: "write \(form)")
    }
}

/// A tracepoint with a stable layout.
private enum Tracepoint {
    /// Its number, which tracefs knows.
    static func id(_ category: String, _ name: String) throws -> UInt64 {
        let subject = "\(category)/\(name)"
        guard [category, name].allSatisfy({ $0.isPinnable }) else {
            throw DatapathError("find tracepoint", subject, "that is no tracepoint's name")
        }
        let mounted = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"].first {
            (try? FileIdentity(path: "\($0)/events")) != nil
        }
        if let mounted { return try read(mounted, category, name) }
        // Mounted nowhere: one of our own, which nobody else sees.
        do {
            let own = try DetachedMount(type: "tracefs")
            defer { withExtendedLifetime(own) {} }
            return try read(own.path, category, name)
        } catch let errno as Errno {
            throw DatapathError(
                "find tracepoint", subject, "tracefs is not to be had", errno: errno,
                hint: "mount -t tracefs tracefs /sys/kernel/tracing", code: .unsupported)
        }
    }

    private static func read(_ root: String, _ category: String, _ name: String) throws -> UInt64 {
        let text = try? ProcFile.read("\(root)/events/\(category)/\(name)/id")
        guard let id = text.flatMap({ UInt64($0.prefix(while: \.isNumber)) }) else {
            throw DatapathError(
                "find tracepoint", "\(category)/\(name)", "this kernel has no such tracepoint",
                hint: "'netctl probe list \(category):*' says what there is")
        }
        return id
    }
}

/// A function of an executable or library.
private enum UserFunction {
    /// The file that a section means: a path, or a name to be looked for as the loader would.
    static func file(_ name: String) throws(DatapathError) -> String {
        guard !name.contains("/") else { return name }
        #if arch(x86_64)
            let triplet = "x86_64-linux-gnu"
        #else
            let triplet = "aarch64-linux-gnu"
        #endif
        let folders =
            name.contains(".so")
            ? [
                "/lib64", "/usr/lib64", "/lib/\(triplet)", "/usr/lib/\(triplet)", "/lib",
                "/usr/lib",
            ]
            : ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        for folder in folders where (try? FileIdentity(path: "\(folder)/\(name)")) != nil {
            return "\(folder)/\(name)"
        }
        throw DatapathError(
            "find executable", name, "it is in none of \(folders.joined(separator: ", "))",
            hint: "write its path in the section")
    }

    /// Where in its file a function begins.
    static func offset(of function: String, in file: String) throws -> UInt64 {
        try ExecutableFile.offset(of: function, in: FilePath(file))
    }
}
