import BPF
import Glibc
import Testing

/// Objects compiled from `Fixtures/*.bpf.c`, once for a run of the tests.
enum Fixture {
    static let filter = compile("filter")
    static let rejected = compile("rejected")
    static let skb = compile("skb")
    static let values = compile("values")
    static let example = compile("example")
    static let types = compile("types")
    static let ring = compile("ring")
    static let tracing = compile("tracing")

    static let hasClang = (try? shell("command -v clang >/dev/null")) != nil

    private static func compile(_ name: String) -> Result<[UInt8], ShellError> {
        Result { () throws(ShellError) in
            let source = #filePath.split(separator: "/").dropLast().joined(separator: "/")
            let text = try shellOutput(
                """
                object=$(mktemp)
                trap 'rm -f "$object"' EXIT
                clang -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror \
                    -idirafter "/usr/include/$(uname -m)-linux-gnu" -idirafter /usr/include \
                    -c '/\(source)/Fixtures/\(name).bpf.c' -o "$object"
                od -An -v -tx1 "$object"
                """)
            return text.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
        }
    }

    /// The filter, ready to be configured.
    static func open() throws -> OpenObject {
        try OpenObject(image: filter.get(), name: "filter")
    }

    static func load() throws -> LoadedObject {
        try open().load()
    }

    /// The programs on socket buffers and for cgroups, ready to be configured.
    static func openSKB() throws -> OpenObject {
        try OpenObject(image: skb.get(), name: "skb")
    }

    static func loadRing() throws -> LoadedObject {
        try OpenObject(image: ring.get(), name: "ring").load()
    }

    static func loadSKB() throws -> LoadedObject {
        try openSKB().load()
    }
}

extension Result<[UInt8], ShellError> {
    /// The object with its program `unchecked` under another name of the same length.
    func get(named name: String) throws -> [UInt8] {
        var image = try get()
        let old = Array("unchecked".utf8)
        for index in 0...(image.count - old.count)
        where image[index..<index + old.count].elementsEqual(old) {
            image.replaceSubrange(index..<index + old.count, with: name.utf8)
        }
        return image
    }
}

extension Trait where Self == ConditionTrait {
    static var root: Self {
        .enabled(if: geteuid() == 0, "needs root: CAP_BPF, CAP_NET_ADMIN, CAP_SYS_ADMIN")
    }

    /// TCX links need Linux 6.6, and to be configured.
    static var tcx: Self {
        .enabled(if: (try? FeatureProbe.supportsTCX()) == true, "the kernel has no TCX (Linux 6.6)")
    }

    static var clang: Self {
        .enabled(if: Fixture.hasClang, "needs clang with the bpf target in PATH")
    }
}

/// struct counter
struct Counter: Equatable {
    var packets: UInt64
    var bytes: UInt64
}

/// struct prefix4
struct Prefix4: Hashable {
    var length: UInt32
    var address: UInt32  // network order

    init(_ address: UInt32, _ length: UInt32) {
        self.address = address.bigEndian
        self.length = length
    }
}

/// A frame of 60 bytes with an IPv4 source.
func packet(source: UInt32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 60)
    bytes.replaceSubrange(26..<30, with: withUnsafeBytes(of: source.bigEndian, Array.init))
    return bytes
}

/// `TC_ACT_*`.
enum Action {
    static let next = UInt32(bitPattern: -1)
    static let ok: UInt32 = 0
    static let shot: UInt32 = 2
}

enum Verdict {
    static let aborted: UInt32 = 0
    static let drop: UInt32 = 1
    static let pass: UInt32 = 2
    static let tx: UInt32 = 3
}

/// The error that `body` must throw.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> BPFError {
    try #require(throws: BPFError.self, sourceLocation: sourceLocation, performing: body)
}
