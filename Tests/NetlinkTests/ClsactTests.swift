import LinuxSystem
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

@Suite("Filters on a clsact qdisc", .requiresRoot)
struct ClsactTests {
    /// Runs `body` on the near end of a veth pair, with a socket.
    private func onVeth(
        _ body: @Sendable @escaping (VethPair, inout NetlinkSocket) throws -> Void
    ) async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create()
            var socket = try NetlinkSocket()
            try body(pair, &socket)
        }
    }

    @Test("the qdisc is added once, seen by tc, and removed")
    func qdisc() async throws {
        try await onVeth { pair, socket in
            let index = pair.near.index
            #expect(try !socket.qdiscs(interfaceIndex: index).contains(where: \.isClsact))
            try socket.createClsact(interfaceIndex: index)
            let clsact = try socket.qdiscs(interfaceIndex: index).filter(\.isClsact)
            #expect(clsact.count == 1)
            #expect(clsact.first?.handle == 0xffff_0000)
            #expect(
                try runChecked(["tc", "qdisc", "show", "dev", "near0"]).contains("qdisc clsact"))
            #expect(try !socket.qdiscs(interfaceIndex: 1).contains(where: \.isClsact))

            let again = #expect(throws: NetlinkError.self) {
                try socket.createClsact(interfaceIndex: index)
            }
            #expect(
                again?.description == "add clsact qdisc: interface \(index): there is a clsact or "
                    + "ingress qdisc already (EEXIST)")
            try socket.deleteClsact(interfaceIndex: index)
            #expect(try !socket.qdiscs(interfaceIndex: index).contains(where: \.isClsact))
            let gone = #expect(throws: NetlinkError.self) {
                try socket.deleteClsact(interfaceIndex: index)
            }
            #expect(gone?.errno == .noSuchFileOrDirectory || gone?.errno == .invalidArgument)
            #expect(gone?.extack != nil)
        }
    }

    @Test("an ingress qdisc is not taken for a clsact one")
    func ingressQdisc() async throws {
        try await onVeth { pair, socket in
            let index = pair.near.index
            try runChecked(["tc", "qdisc", "add", "dev", "near0", "ingress"])
            #expect(try !socket.qdiscs(interfaceIndex: index).contains(where: \.isClsact))
            let taken = #expect(throws: NetlinkError.self) {
                try socket.createClsact(interfaceIndex: index)
            }
            #expect(taken?.errno == .fileExists)
            #expect(throws: NetlinkError.self) { try socket.deleteClsact(interfaceIndex: index) }
            #expect(
                try runChecked(["tc", "qdisc", "show", "dev", "near0"]).contains("qdisc ingress"))
        }
    }

    @Test(
        "add, list, replace, remove: one filter, packets and all",
        arguments: ClsactDirection.allCases)
    func lifeCycle(direction: ClsactDirection) async throws {
        try await onVeth { pair, socket in
            let index = pair.near.index
            let pass = try TCProgram.load(name: "pass")
            let drop = try TCProgram.load(returning: 2, name: "drop")
            let receiver =
                try direction == .ingress
                ? UDPSocket(bound: pair.near.ipv4)
                : NamespaceHandle.of(pair).perform { try UDPSocket(bound: pair.far.ipv4) }
            func arrives() throws -> Bool {
                if direction == .ingress {
                    try pair.onFar {
                        try UDPSocket(bound: pair.far.ipv4).send(
                            to: pair.near.ipv4, port: receiver.port)
                    }
                } else {
                    // The kernel tells the sender of a packet that is dropped on its way out.
                    try? UDPSocket(bound: pair.near.ipv4).send(
                        to: pair.far.ipv4, port: receiver.port)
                }
                return receiver.receive(within: .milliseconds(300)) != nil
            }
            func filters() throws -> [TCFilter] {
                try socket.filters(interfaceIndex: index, direction: direction)
            }
            let position = try ClsactPosition(
                interfaceIndex: index, direction: direction, priority: 49152, handle: 0x6e63)
            #expect(try filters().isEmpty)
            let early = #expect(throws: NetlinkError.self) {
                try socket.addBPFFilter(at: position, descriptor: drop.rawValue, name: "drop")
            }
            #expect(early?.errno == .invalidArgument && early?.extack?.isEmpty == false)

            try socket.createClsact(interfaceIndex: index)
            #expect(try filters().isEmpty)
            #expect(try arrives())
            try socket.addBPFFilter(at: position, descriptor: drop.rawValue, name: "ours")
            #expect(try !arrives())
            let filter = try #require(try filters().first)
            #expect(try filters().count == 1)
            #expect(filter.priority == 49152 && filter.handle == 0x6e63 && filter.chain == 0)
            #expect(filter.protocolNumber == TCFilter.allProtocols && filter.kind == "bpf")
            #expect(filter.bpf?.name == "ours")
            #expect(filter.bpf?.isDirectAction == true)
            #expect(filter.bpf?.tag?.count == 16)
            let id = try #require(filter.bpf?.programID)
            let shown = try runChecked(["tc", "filter", "show", "dev", "near0", direction.rawValue])
            #expect(shown.contains("pref 49152 bpf chain 0 handle 0x6e63 ours direct-action"))
            let other: ClsactDirection = direction == .ingress ? .egress : .ingress
            #expect(try socket.filters(interfaceIndex: index, direction: other).isEmpty)

            let taken = #expect(throws: NetlinkError.self) {
                try socket.addBPFFilter(at: position, descriptor: pass.rawValue, name: "x")
            }
            #expect(
                taken?.description == "add filter: \(position): Filter already exists (EEXIST)")
            let unexpected = #expect(throws: NetlinkError.self) {
                try socket.replaceBPFFilter(
                    at: position, descriptor: pass.rawValue, name: "x", expecting: id + 1)
            }
            #expect(
                unexpected?.description == "replace filter: \(position): program \(id) is there, "
                    + "not program \(id + 1) (EEXIST)")
            #expect(try filters() == [filter])
            try socket.replaceBPFFilter(
                at: position, descriptor: pass.rawValue, name: "new", expecting: id)
            let replaced = try #require(try filters().first?.bpf)
            #expect(replaced.programID != id && replaced.name == "new")
            #expect(try filters().count == 1)
            #expect(try arrives())

            #expect(throws: NetlinkError.self) {
                try socket.deleteBPFFilter(at: position, expecting: id)
            }
            try socket.deleteBPFFilter(at: position, expecting: replaced.programID)
            #expect(try filters().isEmpty)
            for expected in [nil, id] {
                let gone = #expect(throws: NetlinkError.self) {
                    try socket.deleteBPFFilter(at: position, expecting: expected)
                }
                #expect(gone?.errno == .noSuchFileOrDirectory)
                let missing = #expect(throws: NetlinkError.self) {
                    try socket.replaceBPFFilter(
                        at: position, descriptor: pass.rawValue, name: "x", expecting: expected)
                }
                #expect(missing?.errno == .noSuchFileOrDirectory)
            }
            #expect(try filters().isEmpty)
        }
    }

    @Test("what others have on the qdisc stays as it is")
    func foreign() async throws {
        try await onVeth { pair, socket in
            let index = pair.near.index
            let program = try TCProgram.load()
            try runChecked(["tc", "qdisc", "add", "dev", "near0", "clsact"])
            let add = ["tc", "filter", "add", "dev", "near0", "ingress", "prio"]
            let match = ["u32", "match", "u32", "0", "0"]
            try runChecked(add + ["1", "protocol", "ip"] + match)
            try runChecked(add + ["2", "protocol", "all"] + match)
            try runChecked(add + ["7", "protocol", "all", "bpf", "bytecode", "1,6 0 0 0"])
            let theirs = try socket.filters(interfaceIndex: index, direction: .ingress)
            // A u32 filter comes with its hash table.
            #expect(theirs.map(\.kind) == ["u32", "u32", "u32", "u32", "bpf"])
            #expect(theirs.map(\.priority) == [1, 1, 2, 2, 7])
            #expect(theirs[0].protocolNumber == 0x0800 && theirs[0].bpf == nil)
            let classic = try #require(theirs.last)
            #expect(classic.bpf?.programID == nil && classic.bpf?.isDirectAction == false)
            #expect(theirs.allSatisfy { $0.handle != 0 })

            func position(_ priority: UInt16, _ handle: UInt32) throws -> ClsactPosition {
                try ClsactPosition(
                    interfaceIndex: index, direction: .ingress, priority: priority, handle: handle)
            }
            // Beside a filter of the same kind and priority, and before all.
            for ours in [try position(7, 0x6e63), try position(3, 1)] {
                try socket.addBPFFilter(at: ours, descriptor: program.rawValue, name: "ours")
                let all = try socket.filters(interfaceIndex: index, direction: .ingress)
                #expect(all.count == 6)
                #expect(all.filter { $0.bpf?.name != "ours" } == theirs)
                try socket.deleteBPFFilter(at: ours, expecting: nil)
                #expect(try socket.filters(interfaceIndex: index, direction: .ingress) == theirs)
            }
            // Not ours to touch, by kind, protocol or program.
            for place in [try position(1, theirs[1].handle), try position(2, theirs[3].handle)] {
                let kind = #expect(throws: NetlinkError.self) {
                    try socket.addBPFFilter(at: place, descriptor: program.rawValue, name: "x")
                }
                #expect(kind?.errno == .invalidArgument && kind?.extack != nil)
                #expect(throws: NetlinkError.self) {
                    try socket.deleteBPFFilter(at: place, expecting: nil)
                }
            }
            let other = #expect(throws: NetlinkError.self) {
                try socket.deleteBPFFilter(at: position(7, classic.handle), expecting: 42)
            }
            #expect(other?.reason == "a filter of kind bpf is there, not program 42")
            #expect(try socket.filters(interfaceIndex: index, direction: .ingress) == theirs)
        }
    }

    @Test("what is no tc program, or nowhere, is refused with a reason")
    func refused() async throws {
        try await onVeth { pair, socket in
            let index = pair.near.index
            let program = try TCProgram.load()
            let xdp = try XDPProgram.load()
            try socket.createClsact(interfaceIndex: index)
            let position = try ClsactPosition(
                interfaceIndex: index, direction: .ingress, priority: 1, handle: 1)
            let type = #expect(throws: NetlinkError.self) {
                try socket.addBPFFilter(at: position, descriptor: xdp.rawValue, name: "x")
            }
            #expect(
                type?.description == "add filter: \(position): the descriptor is of no program of "
                    + "type sched_cls (EINVAL)")
            let long = #expect(throws: NetlinkError.self) {
                try socket.addBPFFilter(
                    at: position, descriptor: program.rawValue,
                    name: String(repeating: "x", count: 300))
            }
            #expect(
                long?.description
                    == "add filter: \(position): a filter's name has at most 255 bytes, without NUL "
                    + "(EINVAL)")
            let nowhere = try ClsactPosition(
                interfaceIndex: 4711, direction: .ingress, priority: 1, handle: 1)
            let missing = #expect(throws: NetlinkError.self) {
                try socket.addBPFFilter(at: nowhere, descriptor: program.rawValue, name: "x")
            }
            #expect(missing?.reason == "no interface with index 4711")
            let noQdisc = #expect(throws: NetlinkError.self) {
                try socket.createClsact(interfaceIndex: 4711)
            }
            #expect(
                noQdisc?.description
                    == "add clsact qdisc: interface 4711: no interface with index 4711 (ENODEV)")
            #expect(throws: NetlinkError.self) { try socket.deleteClsact(interfaceIndex: 0) }
            #expect(try socket.qdiscs(interfaceIndex: 4711).isEmpty)
            #expect(try socket.filters(interfaceIndex: 4711, direction: .ingress).isEmpty)
        }
    }

    @Test("a dump of many filters is complete and in order")
    func many() async throws {
        try await onVeth { pair, socket in
            let program = try TCProgram.load()
            try socket.createClsact(interfaceIndex: pair.near.index)
            for number in 1...300 {
                let position = try ClsactPosition(
                    interfaceIndex: pair.near.index, direction: .egress,
                    priority: UInt16(1 + number / 2), handle: UInt32(number))
                try socket.addBPFFilter(
                    at: position, descriptor: program.rawValue, name: "filter \(number)")
            }
            let filters = try socket.filters(
                interfaceIndex: pair.near.index, direction: .egress)
            #expect(Set(filters.map(\.handle)) == Set(1...300))
            #expect(filters.count == 300)
            #expect(filters.map(\.priority) == filters.map(\.priority).sorted())
        }
    }
}
