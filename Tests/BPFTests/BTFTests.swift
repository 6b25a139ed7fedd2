import BPF
import Foundation
import SystemPackage
import Testing

@Suite struct BTFTests {
    /// The types of `Fixtures/types.bpf.c`.
    private static let types = Result { () throws in
        let image = try Fixture.types.get()
        let path = NSTemporaryDirectory() + "netctl-btf-\(getpid()).o"
        try Data(image).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try BTF(path: FilePath(path))
    }

    private func outer() throws -> (BTF, BTFComposite) {
        let types = try Self.types.get()
        let id = try #require(types.find("outer", .structure))
        guard case .composite(let outer)? = types.type(id) else {
            throw BTFMismatch(text: "outer is \(types.type(id) as Any)")
        }
        return (types, outer)
    }

    private struct BTFMismatch: Error { let text: String }

    @Test(.clang) func `members have names, offsets and bit fields`() throws {
        let (types, outer) = try outer()
        #expect(outer.bytes == types.size(of: try #require(types.find("outer", .structure))))
        #expect(!outer.isUnion)
        let layout = outer.members.map { member in
            "\(member.name)@\(member.bitOffset)"
                + (member.bitFieldSize.map { ":\($0)" } ?? "")
        }
        #expect(
            layout == [
                "id@0", "low@32:3", "high@35:5", "colour@64", "wide@128", "opaque@192",
                "call@256", "@320", "names@384", "matrix@512", "flag@704", "table@768",
                "maker@832", "tail@896",
            ])
    }

    @Test(.clang) func `declarations are C`() throws {
        let (types, outer) = try outer()
        let declarations = outer.members.map {
            types.declaration(of: $0.type, named: $0.name)
        }
        #expect(
            declarations == [
                "number id", "__u8 low", "__u8 high", "enum colour colour", "enum wide wide",
                "struct inner *opaque", "callback call", "union {…}",
                "const char *const names[2]", "int matrix[2][3]", "_Bool flag", "int (*table)[4]",
                "int (*(*maker)(int))(const volatile void *restrict)", "char tail[]",
            ])
    }

    @Test(.clang) func `a function has its prototype`() throws {
        let types = try Self.types.get()
        let add = try #require(types.find("add", .function))
        #expect(types.declaration(of: add) == "int add(struct outer *a, int b)")
        guard case .function("add", let prototype)? = types.type(add),
            case .prototype(let signature)? = types.type(prototype)
        else {
            Issue.record("\(types.type(add) as Any)")
            return
        }
        #expect(signature.parameters.map(\.name) == ["a", "b"])
        #expect(!signature.isVariadic)
        var names: [String] = []
        types.forEach(.function) { _, name in names.append(String(decoding: name, as: UTF8.self)) }
        #expect(names.sorted() == ["add", "run"])
    }

    @Test(.clang) func `enumerations of both sizes, with and without a sign`() throws {
        let types = try Self.types.get()
        guard
            case .enumeration(let colour)? = types.type(
                try #require(types.find("colour", .enumeration))),
            case .enumeration(let wide)? = types.type(
                try #require(types.find("wide", .enumeration64)))
        else {
            Issue.record("no enumerations")
            return
        }
        #expect(colour.isSigned && colour.bytes == 4)
        #expect(colour.values.map(\.name) == ["RED", "GREEN"])
        #expect(colour.values.map(\.value) == [1, -2])
        #expect(!wide.isSigned && wide.bytes == 8)
        #expect(UInt64(bitPattern: try #require(wide.values.first).value) == .max)
    }

    @Test(.clang) func `typedefs and modifiers lead to the type below`() throws {
        let types = try Self.types.get()
        let number = try #require(types.find("number", .typedef))
        let below = try #require(types.underlying(number))
        #expect(types.kind(of: below) == .integer)
        #expect(types.size(of: number) == 4)
        #expect(types.declaration(of: below) == "unsigned int")
    }

    @Test(.clang) func `sections list their variables`() throws {
        let types = try Self.types.get()
        guard
            case .section(".bss", let variables)? = types.type(
                try #require(types.find(".bss", .section)))
        else {
            Issue.record("no .bss")
            return
        }
        #expect(variables.map(\.bytes) == [8])
        #expect(
            types.declaration(of: try #require(variables.first).variable)
                == "struct outer *instance")
    }

    @Test(.clang) func `what is not there is nil`() throws {
        let types = try Self.types.get()
        #expect(types.find("no_such_type", .structure) == nil)
        #expect(types.type(.max) == nil)
        #expect(types.kind(of: .max) == nil)
        #expect(types.name(of: .max) == "")
        #expect(types.underlying(.max) == nil)
        #expect(types.declaration(of: .max, named: "x") == "? x")
        #expect(types.type(0) == .void)
    }

    @Test func `damaged types are refused`() throws {
        let garbage = try failure {
            _ = try BTF(image: [UInt8](repeating: 0x5a, count: 64), name: "garbage")
        }
        #expect(garbage.code == .object)
        let empty = try failure { _ = try BTF(image: [], name: "nothing") }
        #expect(empty.code == .object)
        let missing = try failure { _ = try BTF(path: "/nonexistent/object.o") }
        #expect(
            "\(missing)" == "read types of /nonexistent/object.o: there are none (ENOENT)")
    }

    /// typedef 1 is typedef 1; prototype 2 takes two pointers (3) to itself.
    @Test func `circles end`() throws {
        let types: [UInt32] = [
            1, 8 << 24, 1,  // typedef a = 1
            0, 13 << 24 | 2, 0, 0, 3, 0, 3,  // void (*)(3, 3)
            0, 2 << 24, 2,  // pointer to 2
        ]
        let strings: [UInt8] = [0, UInt8(ascii: "a"), 0]
        let typeBytes = UInt32(types.count * 4)
        let header: [UInt32] = [
            0x0001_eb9f, 24, 0, typeBytes, typeBytes, UInt32(strings.count),
        ]
        let image =
            (header + types).flatMap { word in withUnsafeBytes(of: word, Array.init) } + strings
        let circle = try BTF(image: image, name: "circle")
        #expect(circle.underlying(1) == nil)
        #expect(circle.size(of: 1) == nil)
        #expect(circle.declaration(of: 2).utf8.count < 10_000)
    }

    @Test(.kernelTypes) func `the kernel's types`() throws {
        let kernel = try BTF.kernel()
        #expect(kernel.base == nil)
        #expect(kernel.ids.lowerBound == 1)
        let function = try #require(kernel.find("tcp_v4_connect", .function))
        #expect(
            kernel.declaration(of: function)
                == "int tcp_v4_connect(struct sock *sk, struct sockaddr *uaddr, int addr_len)")
        let sock = try #require(kernel.find("sock_common", .structure))
        guard case .composite(let common)? = kernel.type(sock) else {
            Issue.record("sock_common is no structure")
            return
        }
        #expect(common.members.contains { $0.name == "skc_state" })
    }
}

extension Trait where Self == ConditionTrait {
    static var kernelTypes: Self {
        .enabled(
            if: access("/sys/kernel/btf/vmlinux", R_OK) == 0,
            "the kernel has no types (CONFIG_DEBUG_INFO_BTF)")
    }
}
