import ArgumentParser
import LinuxSystem
import NetTypes
import Policy
import PolicyCompiler
import Tracing

/// Which events are meant, as it is typed.
struct EventSelection: ParsableArguments {
    @Flag(help: "Only drops: netctl's own and the kernel's.")
    var drops = false

    @Option(help: "Only those of one rule of a policy; 'default' for those that no rule decided.")
    var rule: String?

    @Option(help: "Only those of one hook: \(EventHook.words).")
    var hook: [EventHookWord] = []

    @Option(help: "Only those of one process.")
    var pid: Int32?

    @Option(help: "Only those of processes of this name.")
    var comm: String?

    @Option(help: "Only those of one user's processes, by number.")
    var uid: UInt32?

    @Option(help: "Only those of processes in a cgroup, or below it.")
    var cgroup: String?

    @Option(help: "Only those of a systemd unit's processes.")
    var unit: String?

    @Option(name: .customLong("ip"), help: "Only packets from or to these addresses.")
    var prefix: PrefixWord?

    @Option(help: "Only packets from or to this port.")
    var port: UInt16?

    @Option(help: "Only those for one reason: netctl's (monitor) or the kernel's (NEIGH_FAILED).")
    var reason: String?

    @Option(help: "Only those in one network namespace, by its name in /run/netns.")
    var netns: String?

    @Option(help: "One in so many packets, whatever the rules log.")
    var sample: UInt32?

    @Flag(help: "Also drops for which the kernel names no reason, most of them no loss.")
    var all = false

    @Option(help: "Events a second of each CPU and hook; 0: no limit.")
    var rate: UInt32 = 1000

    @Option(help: ArgumentHelp("Kilobytes of the buffer in the kernel.", visibility: .hidden))
    var buffer: UInt32 = 1024

    func validate() throws {
        if port == 0 { throw ValidationError("--port takes 1 to 65535.") }
        if sample == 0 { throw ValidationError("--sample takes a number over 0.") }
        if let pid, pid <= 0 { throw ValidationError("--pid takes a number over 0.") }
        if buffer < 4 || buffer > 1 << 20 || buffer & (buffer - 1) != 0 {
            throw ValidationError("--buffer takes a power of two, 4 to 1048576.")
        }
        if let rule, rule != "default" {
            do { _ = try Name(rule) } catch {
                throw ValidationError("--rule: '\(rule)' cannot be a rule's name.")
            }
        }
    }

    /// The filter that was typed.
    ///
    /// - Throws: ``ExitStatus`` when something is named that is not there; the reason is printed.
    func filter(dropsOnly: Bool = false) throws -> EventFilter {
        var filter = EventFilter()
        filter.dropsOnly = drops || dropsOnly
        filter.rule = rule
        if !hook.isEmpty { filter.hooks = Set(hook.map(\.hook)) }
        filter.pid = pid
        filter.comm = comm
        filter.uid = uid
        filter.cgroup = try cgroup.map(Self.cgroupPath)
        filter.unit = unit
        filter.prefix = prefix?.prefix
        filter.port = port
        filter.reason = try reason.map(Self.reason)
        if let netns { filter.netns = try NetworkNamespace(named: netns).inode }
        filter.sample = sample
        filter.showsBenign = all
        return filter
    }

    /// What is named and not there, for a warning.
    func absent() throws -> [String] {
        Absent.processes([pid].compactMap(\.self))
            + Absent.cgroups(try [cgroup].compactMap(\.self).map(Self.cgroupPath))
            + Absent.units([unit].compactMap(\.self)) + Absent.rule(rule)
    }

    /// How events are to be read.
    var settings: EventSettings {
        var settings = EventSettings()
        settings.rate = rate == 0 ? nil : rate
        settings.bufferBytes = buffer << 10
        return settings
    }

    private static func reason(_ text: String) throws -> EventFilter.WantedReason {
        if Reason(rawValue: text.lowercased()) != nil { return .own(text.lowercased()) }
        let kernel = DropReasons()
        if let number = kernel.number(of: text) {
            return .kernel(number, kernel.names[number] ?? text)
        }
        let names = Reason.allCases.map(\.rawValue) + kernel.names.values.sorted()
        Terminal.error(
            "--reason: there is no reason '\(text)' here; netctl has "
                + Reason.allCases.map(\.rawValue).joined(separator: ", ")
                + (kernel.names.isEmpty
                    ? "; this kernel names none"
                    : ", this kernel \(names.count - Reason.allCases.count) more, such as "
                        + "NEIGH_FAILED, NO_SOCKET, NETFILTER_DROP"))
        throw ExitStatus.usage
    }

    /// The path below the mount; a full path is accepted.
    private static func cgroupPath(_ text: String) throws -> String {
        let mount = try CgroupMount.current().path
        let path = text.hasPrefix("\(mount)/") ? String(text.dropFirst(mount.count)) : text
        let trimmed = path.hasPrefix("/") ? path : "/\(path)"
        return trimmed.count > 1 && trimmed.hasSuffix("/") ? String(trimmed.dropLast()) : trimmed
    }
}

/// A hook as it is typed, `kernel` included.
struct EventHookWord: ExpressibleByArgument {
    let hook: EventHook

    init?(argument: String) {
        guard let hook = EventHook(name: argument) else { return nil }
        self.hook = hook
    }

    static var allValueStrings: [String] { EventHook.all.map(\.description) }
}

extension EventHook {
    /// All of them, for help texts.
    static var words: String { all.map(\.description).joined(separator: ", ") }
}

/// A prefix or address as it is typed.
struct PrefixWord: ExpressibleByArgument {
    let prefix: IPPrefix

    init?(argument: String) {
        guard let prefix = try? IPPrefix(argument) else { return nil }
        self.prefix = prefix
    }
}
