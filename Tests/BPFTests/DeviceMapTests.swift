import BPF
import SystemPackage
import Testing

@Suite(.root) struct DeviceMapTests {
    private static func map(valueSize: UInt32 = 4) throws -> Map {
        try Map.create(
            type: .deviceMap, name: "devices", keySize: 4, valueSize: valueSize, maxEntries: 2)
    }

    @Test func `an entry is an interface of this namespace`() throws {
        let devices = try DeviceMap(Self.map())
        #expect(devices.count == 2)
        // The loopback interface is 1 everywhere.
        try devices.set(1, interface: 1)
        #expect(try devices.interface(at: 1) == 1)
        #expect(try devices.interface(at: 0) == nil)
    }

    @Test func `what is not there is named`() throws {
        let devices = try DeviceMap(Self.map())
        let missing = try failure { try devices.set(0, interface: 2_000_000_000) }
        #expect(missing.errno == .invalidArgument)
        #expect(
            "\(missing)" == "write device map devices: no interface has index 2000000000 in this "
                + "network namespace (EINVAL)")
        let outside = try failure { try devices.set(2, interface: 1) }
        #expect("\(outside)" == "write device map devices: index 2 is outside 0..<2")
    }

    @Test func `a map of another type or layout is refused`() throws {
        let wide = try failure { _ = try DeviceMap(Self.map(valueSize: 8)) }
        #expect(wide.code == .layout)
        let other = try failure {
            _ = try DeviceMap(
                Map.create(type: .array, name: "array", keySize: 4, valueSize: 4, maxEntries: 1))
        }
        #expect(other.code == .wrongType)
    }
}
