import BPF
import SystemPackage
import Testing

@Suite(.root) struct FeatureProbeTests {
    @Test func `what every kernel has`() throws {
        #expect(try FeatureProbe.supports(programType: .xdp))
        #expect(try FeatureProbe.supports(mapType: .lpmTrie))
    }

    @Test func `what libbpf does not know is no answer`() throws {
        let error = try failure {
            _ = try FeatureProbe.supports(programType: ProgramType(rawValue: 999))
        }
        #expect(error.errno == .notSupportedOnSocket || error.errno == .invalidArgument)
    }

    @Test func `TCX is there exactly if its hooks can be listed`() throws {
        let listed = Result { try AttachedPrograms(interfaceIndex: 1, direction: .ingress) }
        #expect(try FeatureProbe.supportsTCX() == ((try? listed.get()) != nil))
    }

    @Test(.clang, .enabled(if: (try? FeatureProbe.supportsTCX()) == false, "the kernel has TCX"))
    func `without TCX the reason is said`() throws {
        let attach = try failure {
            _ = try Link.attachTCX(
                program: Fixture.loadSKB().program("tc_count"), interfaceIndex: 1,
                direction: .ingress)
        }
        #expect(
            "\(attach)" == "attach tc_count to ingress of interface 1: this kernel has no TCX, "
                + "which came with Linux 6.6 (EINVAL); use a clsact qdisc")
        let query = try failure {
            _ = try AttachedPrograms(interfaceIndex: 1, direction: .egress)
        }
        #expect(
            "\(query)" == "list programs on egress of interface 1: this kernel has no TCX, which "
                + "came with Linux 6.6 (EINVAL)")
    }
}
