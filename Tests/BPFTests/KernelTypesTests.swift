import BPF
import Testing

@Suite struct KernelTypesTests {
    @Test(.enabled(if: KernelTypesTests.hasBTF, "the kernel has no BTF"))
    func `members and enumerators are found by name`() throws {
        let types = try KernelTypes()
        // A member of an anonymous structure, and one in front of all others.
        #expect(types.offset(of: "__sk_common", in: "sock") == 0)
        let port = try #require(types.offset(of: "skc_num", in: "sock_common"))
        #expect(port == types.offset(of: "skc_dport", in: "sock_common").map { $0 + 2 })
        #expect(types.offset(of: "skc_number", in: "sock_common") == nil)
        #expect(types.offset(of: "tgid", in: "task_structure") == nil)
        let states = types.enumerators(of: "netdev_state_t")
        #expect(states.values.contains("__LINK_STATE_START"))
        #expect(types.enumerators(of: "no_such_enumeration").isEmpty)
    }

    @Test func `a kernel without BTF is named`() throws {
        let error = try failure { _ = try KernelTypes(path: "/nowhere/btf") }
        #expect(
            "\(error)" == "read types of the kernel /nowhere/btf: the kernel was built without BTF "
                + "(ENOENT)")
    }

    static var hasBTF: Bool { (try? KernelTypes()) != nil }
}
