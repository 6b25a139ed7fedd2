import Testing

@testable import LinuxSystem

@Suite("Inherited variables")
struct InheritedVariableTests {
    @Test("the best name that a process has, whatever the order of its environment")
    func reads() {
        let environment =
            "A=1\0SSH_CLIENT=192.0.2.1 5 22\0SSH_CONNECTION=::1 5 ::1 22\0NOTSSH_CLIENT=x\0"
        let names = ["SSH_CONNECTION", "SSH_CLIENT"]
        #expect(InheritedVariable.value(of: names, in: environment) == "::1 5 ::1 22")
        #expect(InheritedVariable.value(of: ["SSH_CLIENT"], in: environment) == "192.0.2.1 5 22")
        #expect(InheritedVariable.value(of: ["SSH_TTY"], in: environment) == nil)
        #expect(InheritedVariable.value(of: names, in: "") == nil)
    }
}
