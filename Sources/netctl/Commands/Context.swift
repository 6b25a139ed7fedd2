import ArgumentParser
import Foundation
import Statistics
import Tracing

struct Context: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "Have the kernel remember whose sockets are whose.",
        discussion: """
            Who makes, binds, connects, accepts and uses a socket is seen by small programs in the \
            kernel, at the root of all cgroups and on its tracepoints; they allow everything. While \
            'netctl events' or another reader runs, so do they, and they end with it, however it \
            ends. Switched on here they stay, and the context then also remembers what happened: \
            closed sockets, resets, retransmissions and the kernel's drops, which 'netctl why' tells.

              netctl context on
              netctl sockets --listen
              netctl why 203.0.113.5:443
              netctl context off

            Off costs nothing. On, a connection costs some microseconds, a datagram half of one, a \
            packet nothing; memory: 14 MB. See docs/events.md.
            """,
        subcommands: [On.self, Off.self, Status.self])

    struct On: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "on",
            abstract: "Switch it on, until 'netctl context off' or the next boot.")

        @Flag(
            help: """
                See each call that sends or receives, too: names the worker of a server that shares \
                its sockets, and costs each such call (Linux 6.3).
                """)
        var trackUsers = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let isNew = try ContextSwitch.turnOn(trackingUsers: trackUsers) {
                    Terminal.message("netctl: \($0)")
                }
                guard let status = try ContextSwitch.status() else { throw ExitStatus.failed }
                for limit in status.limits where !global.quiet {
                    Terminal.warning("not seen on this kernel: \(printable(limit))")
                }
                try global.write(ContextDocument(status), text: [])
                guard global.output == .text else { return }
                global.say(
                    isNew
                        ? "context is on; \(status.fill.open) sockets known"
                        : "context was on already")
            }
        }
    }

    struct Off: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "off",
            abstract: "Switch it off and forget what it knew.")

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let wasOn = try ContextSwitch.turnOff { Terminal.message("netctl: \($0)") }
                try global.write(ContextDocument(nil), text: [])
                guard global.output == .text else { return }
                global.say(wasOn ? "context is off" : "context was off already")
            }
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Say whether it is on, how full it is, and what it cannot see.")

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try reporting {
                let status = try ContextSwitch.status()
                try global.write(
                    ContextDocument(status), text: status.map(Self.facts) ?? ["context off"])
            }
        }

        private static func facts(_ status: ContextSwitch.Status) -> [String] {
            let fill = status.fill
            return [
                "context on since \(status.since.formatted(.iso8601))"
                    + (status.tracksUsers ? " tracking users" : ""),
                "sockets \(fill.open) of \(fill.room)",
                "closed \(fill.closed)",
                "drops \(status.drops)",
                "full \(fill.full)",
                "degraded \(status.isDegraded ? "yes" : "no")",
                "imported \(status.imported?.rawValue ?? "no")",
                "programs \(status.programs)",
                "memory \(status.bytes)",
            ]
                + status.limits.map { "not seen: \(printable($0))" }
                + status.missing.map { "missing: \($0)" }
        }
    }
}

/// The JSON document of `netctl context`.
struct ContextDocument: Encodable {
    let version = 1
    let on: Bool
    @ExplicitNull var since: String?
    @ExplicitNull var tracksUsers: Bool?
    @ExplicitNull var sockets: Int?
    @ExplicitNull var room: Int?
    @ExplicitNull var closed: Int?
    @ExplicitNull var drops: Int?
    @ExplicitNull var full: UInt64?
    @ExplicitNull var degraded: Bool?
    @ExplicitNull var imported: String?
    @ExplicitNull var programs: Int?
    @ExplicitNull var memory: UInt64?
    let limits: [String]
    let missing: [String]

    enum CodingKeys: String, CodingKey {
        case version, on, since
        case tracksUsers = "tracks_users"
        case sockets, room, closed, drops, full, degraded, imported, programs, memory, limits
        case missing
    }

    init(_ status: ContextSwitch.Status?) {
        on = status != nil
        limits = status?.limits ?? []
        missing = status?.missing ?? []
        since = status?.since.formatted(.iso8601)
        tracksUsers = status?.tracksUsers
        sockets = status?.fill.open
        room = status?.fill.room
        closed = status?.fill.closed
        drops = status?.drops
        full = status?.fill.full
        degraded = status?.isDegraded
        imported = status?.imported?.rawValue
        programs = status?.programs
        memory = status?.bytes
    }
}
