import BPF
import Glibc
import LinuxSystem
import Netlink
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// What others have put on our hooks stays there and keeps running, whatever netctl does.
@Suite("Programs of others", .requiresRoot)
struct ForeignTests {
    /// The payload of datagrams that the other program drops.
    private static let payload = [UInt8](repeating: 7, count: 321)

    /// Somebody's program on the same hook, which drops datagrams with ``payload`` alone.
    private final class Somebody: Sendable {
        let program: OwnedDescriptor
        let programID: UInt32
        let link: Link?

        init(on traffic: HookTraffic) throws {
            let length = Int(traffic.count(1, payload: ForeignTests.payload.count).bytes)
            let way = traffic.way
            if let cgroup = traffic.cgroup {
                program = try CgroupProgram.load(droppingLength: length, name: "somebodys")
                try CgroupProgram.attach(
                    program, to: cgroup, isEgress: way.isEgress, isExclusive: false)
                link = nil
                programID = try #require(
                    try AttachedPrograms(
                        cgroup: cgroup.open().descriptor, type: way.hook.attachType
                    ).programIDs.last)
                return
            }
            program = try TCProgram.load(droppingLength: length, name: "somebodys")
            let index = traffic.wire.pair.near.index
            if way.mode == .tc(.tcx) {
                programID = try Self.id(of: program)
                link = try Link.attachTCX(
                    program: Program(id: programID), interfaceIndex: Int32(index),
                    direction: way.hook.tcxDirection)
                return
            }
            var socket = try NetlinkSocket()
            if try !socket.qdiscs(interfaceIndex: index).contains(where: \.isClsact) {
                try socket.createClsact(interfaceIndex: index)
            }
            let direction = way.hook.clsactDirection
            try socket.addBPFFilter(
                at: ClsactPosition(
                    interfaceIndex: index, direction: direction, priority: 7, handle: 1),
                descriptor: program.rawValue, name: "somebodys")
            link = nil
            programID = try #require(
                try socket.filters(interfaceIndex: index, direction: direction)
                    .first { $0.priority == 7 }?.bpf?.programID)
        }

        /// A program's id, from its descriptor.
        private static func id(of program: borrowing OwnedDescriptor) throws -> UInt32 {
            let path = "/proc/\(getpid())/fdinfo/\(program.rawValue)"
            let words = try runChecked(["cat", path]).split(whereSeparator: \.isWhitespace)
            let label = try #require(words.firstIndex(of: "prog_id:"))
            return try #require(UInt32(words[label + 1]))
        }
    }

    private static func text(_ way: LiveHook, _ port: Int) -> String {
        """
        version: 1
        name: edge
        filters:
          \(way.filterName):
            default: pass
            rules:
              - { name: canary, match: { proto: udp, dport: \(port) }, action: drop }
        """
    }

    /// Which ports datagrams get through to, with the payload that the other program drops and
    /// without.
    private static func arrivals(_ traffic: HookTraffic) throws -> [String] {
        var found: [String] = []
        for port: UInt16 in [4000, 4001] {
            let near = try traffic.near(port: port)
            try traffic.wire.pair.onFar {
                let friend = try UDPSocket(bound: traffic.wire.friend, port: port)
                for (word, payload) in [("short", Array("netctl".utf8)), ("long", payload)] {
                    let came: [UInt8]?
                    if traffic.way.isEgress {
                        _ = try near.offer(
                            1, to: traffic.wire.friend, port: port, payload: payload)
                        came = friend.receive(within: .milliseconds(200))
                    } else {
                        try friend.send(to: traffic.wire.server, port: port, payload: payload)
                        came = near.receive(within: .milliseconds(200))
                    }
                    if came == payload { found.append("\(word) \(port)") }
                }
            }
        }
        return found
    }

    /// What of somebody's program `status` tells.
    private static func foreign(_ somebody: Somebody) throws -> [ForeignProgram] {
        try Observation.now().foreign.filter { $0.programID == somebody.programID }
    }

    private static let shared = LiveHook.all.filter { $0.hook != .xdp }

    @Test(
        "theirs was there first: it stays and runs through attach, apply and detach",
        arguments: shared)
    func before(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            let somebody = try Somebody(on: traffic)
            #expect(try Self.arrivals(traffic) == ["short 4000", "short 4001"])
            try traffic.attach()
            #expect(try Self.arrivals(traffic) == ["short 4000", "short 4001"])
            try apply(Self.text(way, 4001))
            #expect(try Self.arrivals(traffic) == ["short 4000"])
            try Self.expectStatus(traffic, somebody)
            try apply(Self.text(way, 4000))
            #expect(try Self.arrivals(traffic) == ["short 4001"])
            try Reconciler().detach([traffic.target().point])
            #expect(try Self.arrivals(traffic) == ["short 4000", "short 4001"])
            #expect(try Observation.now().attachments.isEmpty)
            withExtendedLifetime(somebody) {}
        }
    }

    @Test("theirs came later: it stays and runs through apply and detach", arguments: shared)
    func after(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try apply(Self.text(way, 4001))
            let somebody = try Somebody(on: traffic)
            #expect(try Self.arrivals(traffic) == ["short 4000"])
            try Self.expectStatus(traffic, somebody)
            try apply(Self.text(way, 4000))
            #expect(try Self.arrivals(traffic) == ["short 4001"])
            #expect(try Reconciler().detachAll().attachments == 1)
            #expect(try Self.arrivals(traffic) == ["short 4000", "short 4001"])
            withExtendedLifetime(somebody) {}
        }
    }

    private static func expectStatus(_ traffic: HookTraffic, _ somebody: Somebody) throws {
        let attachment = try traffic.statistics().attachment
        let found = try foreign(somebody)
        #expect(found.count == 1)
        #expect(found.first?.hook == traffic.way.hook)
        #expect(found.first?.name == "somebodys")
        #expect(found.first?.location.name == attachment.location.name)
        #expect(attachment.chain.count == 2)
        #expect(Set(attachment.chain) == [attachment.programID, somebody.programID])
        // Ours are the last ones on TCX, and on clsact behind filters of a lower priority number.
        if traffic.way.mode == .tc(.clsact) {
            #expect(attachment.chain == [somebody.programID, attachment.programID])
        }
    }

    // MARK: The clsact qdisc

    private static let clsact = LiveHook.all.filter { $0.mode == .tc(.clsact) }

    private static func hasClsact(_ traffic: HookTraffic) throws -> Bool {
        var socket = try NetlinkSocket()
        return try socket.qdiscs(interfaceIndex: traffic.wire.pair.near.index)
            .contains(where: \.isClsact)
    }

    @Test(
        "the qdisc goes with us only if we made it and nobody else uses it", arguments: clsact,
        [(false, false), (false, true), (true, false), (true, true)])
    func qdisc(way: LiveHook, others: (madeIt: Bool, useIt: Bool)) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            if others.madeIt {
                try runChecked(["tc", "qdisc", "add", "dev", "near0", "clsact"])
            }
            try traffic.attach()
            let somebody = try others.useIt ? Somebody(on: traffic) : nil
            try Reconciler().detach([traffic.target().point])
            #expect(try Self.hasClsact(traffic) == (others.madeIt || others.useIt))
            if others.useIt {
                #expect(try Self.arrivals(traffic) == ["short 4000", "short 4001"])
            }
            // The mark went too: the folder of pins would stay.
            #expect(try PinRoot.existing() == nil)
            // The qdisc that stayed is not ours any more.
            try traffic.attach()
            try Reconciler().detach([traffic.target().point])
            #expect(try Self.hasClsact(traffic) == (others.madeIt || others.useIt))
            withExtendedLifetime(somebody) {}
        }
    }

    @Test("a qdisc that somebody made in the place of ours is theirs", arguments: clsact)
    func remadeQdisc(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try runChecked(["tc", "qdisc", "del", "dev", "near0", "clsact"])
            try runChecked(["tc", "qdisc", "add", "dev", "near0", "clsact"])
            #expect(try Observation.now().attachments.first?.state == .gone)
            try Reconciler().detach([traffic.target().point])
            #expect(try Self.hasClsact(traffic))
            #expect(try PinRoot.existing() == nil)
        }
    }

    @Test("both directions share one qdisc: it goes with the last of them")
    func bothDirections() async throws {
        try await withTraffic(.ingressByClsact, .ipv4) { traffic in
            let other = HookTraffic(wire: traffic.wire, way: .egressByClsact, cgroup: nil)
            try traffic.attach()
            try other.attach()
            try Reconciler().detach([traffic.target().point])
            #expect(try Self.hasClsact(traffic))
            #expect(try Observation.now().problems.isEmpty)
            try apply(Self.text(other.way, 4001))
            #expect(try Self.arrivals(other) == ["short 4000", "long 4000"])
            try Reconciler().detach([other.target().point])
            #expect(try !Self.hasClsact(traffic))
        }
    }

    // MARK: Those that cannot be shared

    @Test("a program that tolerates no other: an error that says so, and it stays")
    func exclusive() async throws {
        for way in [LiveHook.cgroupIngress, .cgroupEgress] {
            try await withTraffic(way, .ipv4) { traffic in
                let cgroup = try #require(traffic.cgroup)
                let program = try CgroupProgram.load(droppingLength: 349, name: "somebodys")
                try CgroupProgram.attach(
                    program, to: cgroup, isEgress: way.isEgress, isExclusive: true)
                let refusal = #expect(throws: DatapathError.self) { try traffic.attach() }
                #expect(
                    refusal?.description.contains(
                        "the program attached there allows no other beside it (EPERM)") == true,
                    "\(String(describing: refusal))")
                let child = try cgroup.child("child")
                let below = #expect(throws: DatapathError.self) {
                    _ = try Reconciler().attach(
                        AttachTarget(cgroup: child.path, hook: way.hook))
                }
                #expect(
                    below?.description.contains("a cgroup above allows none below (EPERM)") == true)
                #expect(try Self.arrivals(traffic) == ["short 4000", "short 4001"])
                #expect(try PinRoot.existing() == nil)
            }
        }
    }

    @Test("somebody's filter has our place: an error, and it stays", arguments: clsact)
    func placeTaken(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            let index = traffic.wire.pair.near.index
            let direction = way.hook.clsactDirection
            let program = try TCProgram.load(name: "somebodys")
            var socket = try NetlinkSocket()
            try socket.createClsact(interfaceIndex: index)
            try socket.addBPFFilter(
                at: ClsactPosition(
                    interfaceIndex: index, direction: direction,
                    priority: ClsactHook.priority, handle: ClsactHook.handle),
                descriptor: program.rawValue, name: "somebodys")
            let before = try socket.filters(interfaceIndex: index, direction: direction)
            let error = #expect(throws: DatapathError.self) { try traffic.attach() }
            #expect(error?.description.contains("EEXIST") == true)
            #expect(try socket.filters(interfaceIndex: index, direction: direction) == before)
            #expect(try PinRoot.existing() == nil)
        }
    }

    @Test("a foreign XDP program elsewhere is listed and stays")
    func foreignXDP() async throws {
        try await withTraffic(.xdpgeneric, .ipv4) { try Self.foreignXDP(beside: $0) }
    }

    // A function of its own: Swift 6.3 crashes on it as an asynchronous closure in release builds.
    private static func foreignXDP(beside traffic: HookTraffic) throws {
        let other = try VethPair.create(near: "near1", far: "far1", subnet: 78)
        let program = try XDPProgram.load(name: "somebodys")
        var socket = try NetlinkSocket()
        try socket.setXDP(
            interfaceIndex: other.near.index, descriptor: program.rawValue, flags: .native)
        func theirs() throws -> [ForeignProgram] {
            try Observation.now().foreign.filter { $0.name == "somebodys" }
        }
        let before = try theirs()
        #expect(before.map(\.location.interface) == ["near1"])
        #expect(before.map(\.hook) == [.xdp])
        try traffic.attach()
        try apply(text(.xdpgeneric, 4001))
        #expect(try theirs() == before)
        #expect(try Reconciler().detachAll().attachments == 1)
        #expect(try theirs() == before)
    }
}
