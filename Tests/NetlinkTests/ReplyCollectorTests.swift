import SystemPackage
import Testing

@testable import Netlink

@Suite("Gathering replies")
struct ReplyCollectorTests {
    private func collector(_ sequence: UInt32 = 7, _ portID: UInt32 = 99) -> ReplyCollector {
        ReplyCollector(sequence: sequence, portID: portID, isDump: false)
    }

    @Test("a link, then the acknowledgement")
    func complete() throws {
        var collector = collector()
        #expect(try !collector.take(Wire.veth))
        #expect(try collector.take(Wire.acknowledged))
        #expect(collector.replies.count == 1)
    }

    @Test("a dump ends with its last message, in one datagram or two")
    func dump() throws {
        var collector = collector()
        #expect(try collector.take(Wire.veth + Wire.veth + Wire.done))
        #expect(collector.replies.count == 2)
        #expect(!collector.wasInterrupted)
    }

    @Test("replies to another request or port are ignored")
    func foreign() throws {
        var late = collector(8)
        #expect(try !late.take(Wire.veth + Wire.noDevice))
        var other = collector(7, 98)
        #expect(try !other.take(Wire.veth + Wire.noDevice))
        #expect(late.replies.isEmpty && other.replies.isEmpty)
    }

    @Test("an inconsistent dump is noticed")
    func interrupted() throws {
        var collector = collector()
        let done = Wire.message(type: 3, flags: 0x12, sequence: 7, portID: 99, Wire.errno(0))
        #expect(try collector.take(Wire.veth + done))
        #expect(collector.wasInterrupted)
    }

    @Test("the kernel's error, without and with its sentence")
    func errors() {
        for (bytes, expected) in [
            (Wire.noDevice, NetlinkFailure(errno: .operationNotSupportedByDevice)),
            (Wire.refused, NetlinkFailure(errno: .init(rawValue: 95), extack: "too big")),
            (Wire.refusedUncapped, NetlinkFailure(errno: .init(rawValue: 95), extack: "too big")),
        ] {
            var collector = collector()
            #expect(throws: expected) { try collector.take(bytes) }
        }
    }

    @Test("lost replies are an error that a dump starts again for")
    func overrun() {
        var collector = collector()
        let overrun = Wire.message(type: 4, sequence: 7, portID: 99, [])
        let error = #expect(throws: NetlinkFailure.self) { try collector.take(overrun) }
        #expect(error?.errno == .noBufferSpace)
    }

    @Test(
        "an acknowledgement that is cut, its header saying so, is an error",
        arguments: [Wire.refused, Wire.refusedUncapped])
    func truncated(bytes: [UInt8]) {
        for count in 16..<bytes.count - 1 {
            var bytes = Array(bytes.prefix(count))
            bytes[0] = UInt8(count)
            var collector = collector()
            #expect(throws: NetlinkFailure.self, "cut to \(count)") { try collector.take(bytes) }
        }
    }

    @Test("an error number out of range", arguments: [1, -4096, Int32.min, Int32.max])
    func errorNumber(number: Int32) {
        var collector = collector()
        let bytes = Wire.message(
            type: 2, sequence: 7, portID: 99,
            Wire.errno(number) + [UInt8](repeating: 0, count: 16))
        let error = #expect(throws: NetlinkFailure.self) { try collector.take(bytes) }
        #expect(error?.errno == .badMessage)
    }
}
