import BPF
import BPFObjects
import NetctlABI
import PolicyCompiler
import Testing

@Suite("Enums and names")
struct EnumTests {
    @Test("every verdict of the header has one here, but NONE")
    func verdicts() {
        let values = Verdict.allCases.map { Int($0.abi.rawValue) }
        #expect(values == Array(1..<Int(NETCTL_VERDICT_MAX.rawValue)))
        #expect(NETCTL_VERDICT_NONE.rawValue == 0)
    }

    @Test("every reason of the header has one here, in the order of reports")
    func reasons() {
        let values = Reason.allCases.map { Int($0.abi.rawValue) }
        #expect(values == Array(0..<Int(NETCTL_REASON_MAX.rawValue)))
    }

    @Test("every dimension of the header has one here")
    func dimensions() {
        let values = Dimension.allCases.map { Int($0.abi.rawValue) }
        #expect(values == Array(0..<Int(NETCTL_DIMENSION_MAX.rawValue)))
        #expect(Dimension.allCases.map(\.bit) == values.map { 1 << UInt32($0) })
    }

    @Test("verdicts and reasons are called what the header calls them")
    func names() throws {
        let verdicts = try Header.enumerators("NETCTL_VERDICT_")
        #expect(verdicts == ["none"] + Verdict.allCases.map(\.rawValue) + ["max"])
        let reasons = try Header.enumerators("NETCTL_REASON_")
        #expect(reasons == Reason.allCases.map(\.rawValue) + ["max"])
        let dimensions = try Header.enumerators("NETCTL_DIMENSION_")
        // `tcp-flags` is `tcpFlags` in Swift.
        #expect(
            dimensions.map { $0.replacing("-", with: "") }
                == Dimension.allCases.map { "\($0)".lowercased() } + ["max"])
    }

    @Test("a slot for every reason and verdict, each its own, before those of rules")
    func slots() {
        let slots = Reason.allCases.flatMap { reason in
            Verdict.allCases.map { netctl_slot(reason.abi, $0.abi) }
        }
        #expect(Set(slots).count == slots.count)
        #expect(slots.allSatisfy { $0 < UInt32(NETCTL_SLOT_RULES) })
    }

    @Test("the kernel keeps 15 bytes of a name: none is longer")
    func kernelNames() throws {
        let object = try OpenObject(image: BPFObjects.xdp.image(), name: "xdp")
        #expect(
            object.programNames.sorted()
                == ["xdp_block", "xdp_filter", "xdp_paused", "xdp_pending", "xdp_stub"])
        #expect(object.mapNames.contains("counters"))
        for name in object.programNames + object.mapNames {
            #expect(name.utf8.count <= 15, "\(name)")
        }
    }
}
