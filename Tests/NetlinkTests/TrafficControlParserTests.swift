import SystemPackage
import Testing

@testable import Netlink

@Suite("Qdiscs and filters, from bytes")
struct TrafficControlParserTests {
    private func message(_ bytes: [UInt8]) throws -> NetlinkMessage {
        try #require(try NetlinkMessage.parse(bytes).first)
    }

    @Test("every field of a qdisc")
    func qdisc() throws {
        let qdisc = try Qdisc(message(Wire.clsact))
        #expect(qdisc.interfaceIndex == 5)
        #expect(qdisc.kind == "clsact" && qdisc.isClsact)
        #expect(qdisc.handle == 0xffff_0000)
        #expect(qdisc.parent == 0xffff_fff1)
    }

    @Test("every field of a filter")
    func filter() throws {
        let filter = try TCFilter(message(Wire.bpfFilter))
        #expect(filter.priority == 49152)
        #expect(filter.protocolNumber == TCFilter.allProtocols)
        #expect(filter.chain == 2)
        #expect(filter.handle == 1)
        #expect(filter.kind == "bpf")
        #expect(
            filter.bpf
                == TCFilter.BPF(
                    programID: 42, name: "a.o:x", tag: "a04f5eef06a7f555", isDirectAction: true))
    }

    @Test("the head of a list is no filter, unless nothing follows it")
    func heads() throws {
        let filter = try TCFilter(message(Wire.bpfFilter))
        let head = try TCFilter(message(Wire.filterHead))
        #expect(head.bpf == nil)
        #expect(TCFilter.withoutHeads([head, filter]) == [filter])
        #expect(TCFilter.withoutHeads([head]) == [head])
    }

    @Test("other messages are none of them")
    func otherTypes() throws {
        #expect(throws: NetlinkFailure.self) { try Qdisc(message(Wire.bpfFilter)) }
        #expect(throws: NetlinkFailure.self) { try TCFilter(message(Wire.clsact)) }
        #expect(throws: NetlinkFailure.self) { try TCFilter(message(Wire.veth)) }
    }

    @Test(
        "a message that ends anywhere, its header saying so, never crashes",
        arguments: [(Wire.clsact, 1), (Wire.bpfFilter, 2), (Wire.filterHead, 1)])
    func shortened(whole: [UInt8], readable: Int) throws {
        var parsed = 0
        for count in 16..<whole.count {
            var bytes = Array(whole.prefix(count))
            bytes[0] = UInt8(count)
            let message = try message(bytes)
            do throws(NetlinkFailure) {
                if message.type == 36 { _ = try Qdisc(message) } else { _ = try TCFilter(message) }
                parsed += 1
            } catch {
                #expect(error.errno == .badMessage)
            }
        }
        // One can end behind the kind: between the attributes that follow, or in its padding.
        #expect(parsed == readable)
    }

    @Test("random damage never crashes")
    func damage() {
        var random = SplitMix(state: 2)
        for _ in 0..<20000 {
            var bytes =
                [Wire.clsact, Wire.bpfFilter, Wire.filterHead].randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            for message in (try? NetlinkMessage.parse(bytes)) ?? [] {
                _ = try? Qdisc(message)
                _ = try? TCFilter(message)
            }
        }
    }

    @Test("a position is not zero, and names what the kernel expects")
    func position() throws {
        let position = try ClsactPosition(
            interfaceIndex: 5, direction: .egress, priority: 49152, handle: 16)
        #expect("\(position)" == "egress of interface 5, priority 49152, handle 0x10")
        #expect(position.info == 0xc000_0300)
        #expect(ClsactDirection.egress.parent == 0xffff_fff3)
        #expect(ClsactDirection.ingress.parent == 0xffff_fff2)
        for (index, priority, handle) in [
            (UInt32(5), UInt16(0), UInt32(1)), (5, 1, 0), (0, 1, 1), (.max, 1, 1),
        ] {
            let error = #expect(throws: NetlinkError.self) {
                try ClsactPosition(
                    interfaceIndex: index, direction: .ingress, priority: priority, handle: handle)
            }
            #expect(error?.errno == .invalidArgument)
        }
    }
}
