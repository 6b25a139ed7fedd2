import LinuxSystem
import SystemPackage
import Testing

@testable import BPF

@Suite struct BPFErrorTests {
    @Test func `a failed call names attempt, subject, reason, number and hint`() {
        let error = BPFError.system("attach", "x to eth0", .resourceBusy, hint: "detach it")
        #expect("\(error)" == "attach x to eth0: device or resource busy (EBUSY); detach it")
    }

    @Test func `misleading numbers are translated`() {
        let privilege = BPFError.system("load program", "x", .notPermitted)
        let why =
            Capabilities.lacking.map { "needs \($0) (EPERM); run as root" }
            ?? "operation not permitted (EPERM)"
        #expect("\(privilege)" == "load program x: \(why)")
        let leak = BPFError.system("update map", "m", Errno(rawValue: 524))
        #expect("\(leak)" == "update map m: this kernel cannot do that (ENOTSUPP)")
        let unknown = BPFError.system("x", "y", Errno(rawValue: 9999), reason: "z")
        #expect("\(unknown)" == "x y: z (errno 9999)")
    }

    @Test func `a verifier's refusal adds its lines`() {
        let error = BPFError(
            .verifier, "load program", "x", "rejected by the verifier", errno: .permissionDenied,
            verifierLog: VerifierLog("; a = b;\n1: (95) exit\nR0 !read_ok\nprocessed 1 insns"))
        #expect(
            "\(error)" == """
                load program x: rejected by the verifier (EACCES): R0 !read_ok
                  a = b;
                  1: (95) exit
                  (1 line omitted)
                """)
    }
}
