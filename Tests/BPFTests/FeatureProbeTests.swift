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
}
