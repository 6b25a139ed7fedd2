import BPF
import Testing

/// Values are decoded by their types, and encoded from what people write.
@Suite(.clang) struct BTFValueTests {
    /// The type of a variable in Fixtures/values.bpf.c.
    private static func type(_ name: String) throws -> (types: BTF, id: UInt32) {
        let object = try OpenObject(image: Fixture.values.get(), name: "values")
        let carried = object.types
        let types = try #require(carried)
        let id = types.find(name, .variable)
        return (types, try #require(id))
    }

    private static let everything: BTFLiteral = .fields([
        "packets": .word("18446744073709551615"), "delta": .word("-3"), "mode": .word("MODE_ON"),
        "low": .word("5"), "high": .word("0x1f"), "signed_bits": .word("3"), "name": .word("eth0"),
        "ok": .word("true"), "inner": .word("7"), "list": .list([.word("1"), .word("2")]),
        "source": .word("10.0.0.1"), "source6": .word("2001:db8::1"), "daddr": .word("192.0.2.9"),
        "port": .word("443"), "mac": .word("02:00:00:00:00:01"), "ratio": .word("64"),
    ])

    @Test func `what is encoded is decoded, member by member`() throws {
        let (types, id) = try Self.type("everything")
        let bytes = try types.encode(Self.everything, as: id, for: "everything")
        guard case .structure(let members) = types.decode(bytes, as: id) else {
            Issue.record("no structure")
            return
        }
        let shown = members.map { "\($0.name) \($0.value)" }
        #expect(
            shown == [
                "packets 18446744073709551615", "delta -3", "mode MODE_ON", "low 5", "high 31",
                "signed_bits 3", "name \"eth0\"", "ok true", "inner 7", "list [1, 2, 0]",
                "source 10.0.0.1", "source6 2001:db8::1", "daddr 192.0.2.9", "port 443",
                "mac 02:00:00:00:00:01", "ratio 64",
            ])
    }

    @Test(arguments: [
        ("packets", BTFLiteral.word("18446744073709551616"), "'__u64', which does not take"),
        ("packets", .word("-1"), "'__u64', which does not take '-1'"),
        ("packets", .list([]), "which does not take a list"),
        ("delta", .word("2147483648"), "'__s32', which does not take"),
        ("mode", .word("MODE_X"), "it takes MODE_OFF, MODE_ON"),
        ("low", .word("8"), "it takes a number of 3 bits"),
        ("name", .word("more than eight"), "'char[8]', which does not take"),
        ("list", .list(Array(repeating: .word("1"), count: 4)), "does not take a list"),
        ("source", .word("10.0.0"), "'struct in_addr', which does not take '10.0.0'"),
        ("port", .word("65536"), "'__be16', which does not take '65536'"),
        ("mac", .word("02:00"), "which does not take '02:00'"),
        ("nothing", .word("1"), "there is no such member"),
    ])
    func refused(_ member: String, _ value: BTFLiteral, _ text: String) throws {
        let (types, id) = try Self.type("everything")
        let error = try failure {
            _ = try types.encode(.fields([member: value]), as: id, for: "x")
        }
        #expect(error.code == .layout)
        #expect("\(error)".contains(text), "\(error)")
    }

    @Test func `too few bytes are shown as they are`() throws {
        let (types, id) = try Self.type("everything")
        _ = types.decode([1, 2, 3], as: id)
        _ = types.decode([UInt8](), as: id)
        #expect(types.decode([1, 2], as: 9_999_999).description == "0x0102")
    }

    @Test func `totals add numbers and keep what is the same everywhere`() throws {
        let (types, id) = try Self.type("everything")
        let bytes = try types.encode(Self.everything, as: id, for: "everything")
        let value = types.decode(bytes, as: id)
        guard case .structure(let members)? = BTFValue.sum([value, value]) else {
            Issue.record("no total")
            return
        }
        let shown = Dictionary(uniqueKeysWithValues: members.map { ($0.name, "\($0.value)") })
        #expect(shown["packets"] == "18446744073709551614")  // It wraps.
        #expect(shown["delta"] == "-6" && shown["list"] == "[2, 4, 0]")
        #expect(shown["mode"] == "MODE_ON" && shown["source"] == "10.0.0.1")
    }

    @Test func `a global is set by its type`() throws {
        var object = try OpenObject(image: Fixture.values.get(), name: "values")
        let names = object.globalNames
        #expect(names.contains("limit"))
        try object.setGlobal("limit", toLiteral: .word("0x10"))
        let wrong = try failure { try object.setGlobal("limit", toLiteral: .word("many")) }
        #expect(
            "\(wrong)" == "set limit: its type is 'const volatile int', which does not take 'many'")
        let none = try failure { try object.setGlobal("limits", toLiteral: .word("1")) }
        #expect(none.code == .notFound && "\(none)".contains("it has everything, limit"))
    }
}

/// What sections say that programs are to be attached to.
@Suite(.clang) struct SectionTargetTests {
    @Test func `each kind of section`() throws {
        let object = try OpenObject(image: Fixture.values.get(), name: "values")
        let targets = Dictionary(
            uniqueKeysWithValues: object.programs.map { ($0.name, $0.target) })
        #expect(targets["on_xdp"] == .xdp && targets["on_frags"] == .xdp)
        #expect(targets["on_tc"] == .tc(nil) && targets["on_tcx"] == .tc(.egress))
        #expect(targets["on_connect"] == .cgroup(.cgroupInet4Connect))
        #expect(
            targets["on_tracepoint"] == .tracepoint(category: "sched", name: "sched_switch"))
        #expect(targets["on_raw"] == .rawTracepoint("sched_switch"))
        #expect(
            targets["on_kprobe"]
                == .kernelProbe(function: "do_unlinkat", offset: 16, returns: false))
        #expect(
            targets["on_uprobe"]
                == .userProbe(path: "/bin/sh", function: "main", offset: 0, returns: true))
        #expect(targets["on_clock"] == .perfEvent)
    }
}
