import Policy
import Testing

@testable import Datapath

@Suite("Attach points")
struct AttachPointTests {
    @Test("a pin name says which attachment it is", arguments: Hook.allCases)
    func roundTrip(hook: Hook) {
        let places: [AttachPoint.Place] =
            switch hook.place {
            case .interface:
                [(UInt64(4_026_531_840), Int32(3)), (1, 1), (.max, .max)].map {
                    .interface(namespace: $0.0, index: $0.1)
                }
            case .cgroup: [.cgroup(id: 57), .cgroup(id: .max)]
            }
        for place in places {
            let point = AttachPoint(hook: hook, place: place)
            #expect(AttachPoint(pinName: point.pinName) == point)
        }
    }

    @Test("bpffs allows no dot in a name")
    func noDots() {
        let point = AttachPoint(hook: .xdp, namespace: 4_026_531_840, interfaceIndex: 3)
        #expect(point.pinName == "xdp-4026531840-3")
    }

    @Test(
        "no other name is taken for one",
        arguments: [
            "", "xdp", "xdp-1", "xdp-1-", "xdp--1-2", "xdp-1-0", "xdp-1--2", "xdp-a-1", "xdp-1-a",
            "tcp-1-2", "XDP-1-2", "xdp-1-2-3", "-1-2", "lock", "maps.debug",
            "cgroup-egress", "cgroup-egress-", "cgroup-egress-0", "cgroup-egress-1-2",
            "cgroup-device-a", "tc-ingress-1", "tc-1-2", "ingress-1-2",
            "xdp-18446744073709551616-1", "xdp-1-2147483648",
        ])
    func refused(name: String) {
        #expect(AttachPoint(pinName: name) == nil)
    }

    @Test("points are listed by namespace, interface, hook")
    func order() {
        let points = [(2, 1), (1, 9), (1, 2)].map {
            AttachPoint(hook: .xdp, namespace: UInt64($0.0), interfaceIndex: Int32($0.1))
        }
        #expect(points.sorted().map(\.pinName) == ["xdp-1-2", "xdp-1-9", "xdp-2-1"])
        let mixed = Hook.allCases.reversed().map { hook in
            AttachPoint(
                hook: hook,
                place: hook.place == .cgroup ? .cgroup(id: 1) : .interface(namespace: 9, index: 9))
        }
        #expect(mixed.sorted().map(\.hook) == Hook.allCases)
    }
}
