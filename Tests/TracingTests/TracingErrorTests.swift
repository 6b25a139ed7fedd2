import BPF
import SystemPackage
import Testing

@testable import Tracing

@Test func `an error says what was attempted, on what, why and what to do`() {
    let error = TracingError(
        "attach", "kernel drops", "needs CAP_PERFMON", errno: .notPermitted, hint: "run as root")
    #expect("\(error)" == "attach: kernel drops: needs CAP_PERFMON (EPERM); run as root")
}

@Test func `an error of the kernel keeps its kind`() {
    let error = #expect(throws: TracingError.self) {
        try translating { _ = try RingBuffer.create(name: "a name that is too long", bytes: 4096) }
    }
    #expect(error?.code == .failed)
}
