import BPF
import Glibc
import SystemPackage
import Testing

@Suite(.root, .clang) struct LinkTests {
    /// Runs `body` in a network namespace with a veth pair, on one end of it.
    private func onVeth(_ body: @escaping (Int32) throws -> Void) throws {
        try inNewNetworkNamespace {
            try shell("ip link add v0 type veth peer name v1 && ip link set v0 up")
            try body(Int32(if_nametoindex("v0")))
        }
    }

    @Test(arguments: [XDPMode.unspecified, .native, .generic])
    func `attach, update, detach`(mode: XDPMode) throws {
        try onVeth { interface in
            let object = try Fixture.load()
            let stub = try object.program("stub")
            let swap = try object.program("swap")
            let link = try Link.attachXDP(program: stub, interfaceIndex: interface, mode: mode)
            let info = try link.info
            #expect(info.type == .xdp)
            #expect(info.interfaceIndex == interface)
            #expect(try info.programID == stub.info.id)
            #expect(try Link.ids().contains(info.id))

            try link.update(program: swap, expecting: stub)
            #expect(try link.info.programID == swap.info.id)
            let stale = try failure { try link.update(program: stub, expecting: stub) }
            #expect("\(stale)".hasSuffix(": another program is in force (EPERM)"))
            try link.update(program: stub)
            #expect(try Link(id: info.id).info.programID == stub.info.id)

            try link.detach()
            #expect(try link.info.interfaceIndex == 0)
            let gone = try failure { try link.update(program: swap) }
            #expect("\(gone)".hasSuffix(": what it was attached to is gone (ENOLINK)"))
        }
    }

    @Test func `dropping a link detaches, deleting an interface leaves a husk`() throws {
        try onVeth { interface in
            let object = try Fixture.load()
            let swap = try object.program("swap")
            let dropped = try Link.attachXDP(program: swap, interfaceIndex: interface).info.id
            // A child of a parallel test may hold a copy of the descriptor until it calls exec.
            for _ in 0..<20_000 where (try? Link(id: dropped)) != nil {
                usleep(1000)
            }
            let gone = try failure { _ = try Link(id: dropped) }
            #expect(gone.code == .notFound)
            let link = try Link.attachXDP(program: swap, interfaceIndex: interface)
            try shell("ip link delete v0")
            #expect(try link.info.interfaceIndex == 0)
        }
    }

    @Test func `what is in the way is said`() throws {
        try onVeth { interface in
            let object = try Fixture.load()
            let swap = try object.program("swap")
            let link = try Link.attachXDP(
                program: swap, interfaceIndex: interface, mode: .generic)
            let busy = try failure {
                _ = try Link.attachXDP(program: swap, interfaceIndex: interface, mode: .generic)
            }
            #expect(
                "\(busy)"
                    == "attach swap to interface \(interface): another XDP program is attached "
                    + "there (EBUSY)")
            let missing = try failure {
                _ = try Link.attachXDP(program: swap, interfaceIndex: 4711)
            }
            #expect(
                "\(missing)"
                    == "attach swap to interface 4711: there is no such interface in this network "
                    + "namespace (EINVAL)")
            let native = try failure {
                _ = try Link.attachXDP(program: swap, interfaceIndex: 1, mode: .native)
            }
            #expect(
                "\(native)"
                    == "attach swap to interface 1: the driver cannot run XDP in native mode "
                    + "(EOPNOTSUPP); use generic mode")
            try link.detach()
        }
    }

    @Test func `a pinned link stays`() throws {
        try withBPFFileSystem { path in
            try onVeth { interface in
                let pin = FilePath("\(path)/link")
                let object = try Fixture.load()
                let id: UInt32
                do {
                    let link = try Link.attachXDP(
                        program: object.program("swap"), interfaceIndex: interface)
                    try link.pin(at: pin)
                    id = try link.info.id
                }
                let link = try Link(pinned: pin)
                #expect(try failure { _ = try Program(pinned: pin) }.code == .wrongType)
                #expect(try link.info.id == id)
                #expect(try link.info.interfaceIndex == interface)
                try link.update(program: object.program("stub"))
                try Pin.remove(at: pin)
            }
        }
    }
}
