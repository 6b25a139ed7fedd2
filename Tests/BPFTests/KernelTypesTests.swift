import BPF
import SystemPackage
import Testing

@Suite struct KernelTypesTests {
    @Test(.enabled(if: KernelTypesTests.hasBTF, "the kernel has no BTF"))
    func `members and enumerators are found by name`() throws {
        let types = try KernelTypes()
        let first = types.offset(of: "__sk_common", in: "sock")
        #expect(first == 0)
        // Members of an anonymous structure in an anonymous union.
        let peer = types.offset(of: "skc_dport", in: "sock_common")
        let own = types.offset(of: "skc_num", in: "sock_common")
        #expect(own != nil)
        #expect(own == peer.map { $0 + 2 })
        let unknown = [
            types.offset(of: "skc_number", in: "sock_common"),
            types.offset(of: "tgid", in: "task_structure"),
        ]
        #expect(unknown == [nil, nil])
        let states = types.enumerators(of: "netdev_state_t")
        #expect(states.values.contains("__LINK_STATE_START"))
        let none = types.enumerators(of: "no_such_enumeration")
        #expect(none.isEmpty)
    }

    @Test func `a kernel without BTF is named`() throws {
        let error = try failure { _ = try KernelTypes(path: "/nowhere/btf") }
        #expect(
            "\(error)" == "read types of the kernel /nowhere/btf: the kernel was built without BTF "
                + "(ENOENT)")
    }

    static var hasBTF: Bool {
        do {
            _ = try KernelTypes()
            return true
        } catch {
            return false
        }
    }
}
