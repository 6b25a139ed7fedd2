import Foundation
import Glibc
import Tracing

/// What the socket context costs a process that uses sockets: the same calls while it is off and on.
struct ContextCost {
    private enum Use: String, CaseIterable {
        case connection = "a TCP connection over loopback, both ends"
        case socket = "a UDP socket, made and closed"
        case datagram = "a UDP datagram over loopback"

        var count: Int {
            switch self {
            case .connection: 2000
            case .socket, .datagram: 20000
            }
        }
    }

    private struct Key: Hashable {
        let use: Use
        let isOn: Bool
    }

    private let netctl: String
    private var samples: [Key: [Double]] = [:]
    private var bytes = 0.0

    /// Has the loopback interface up, over which connections go.
    init(netctl: String) throws {
        self.netctl = netctl
        try Tool.run(["ip", "link", "set", "lo", "up"])
    }

    /// Measures every use, with the context off and on.
    mutating func run() throws {
        for isOn in [false, true] {
            try Tool.run([netctl, "context", isOn ? "on" : "off"])
            for use in Use.allCases {
                let nanoseconds = try Self.measure(use)
                samples[Key(use: use, isOn: isOn), default: []].append(nanoseconds)
            }
            if isOn { bytes = Double(try SocketContext.open().memory) }
        }
        try Tool.run([netctl, "context", "off"])
    }

    /// What was found.
    var measurements: [Measurement] {
        let uses = Use.allCases.flatMap { use in
            [false, true].map { isOn in
                Measurement(
                    what: isOn ? "\(use.rawValue), with socket context" : use.rawValue,
                    column: "time", unit: "ns", values: samples[Key(use: use, isOn: isOn)] ?? [],
                    over: use.rawValue)
            }
        }
        let memory = Measurement(
            what: "the maps of the socket context, whatever is in them", column: "memory",
            unit: "MB", values: [bytes / 1e6])
        return uses + [memory]
    }

    private static func measure(_ use: Use) throws -> Double {
        let work = try prepared(use)
        for _ in 0..<use.count / 10 { try work() }
        let time = try ContinuousClock().measure { for _ in 0..<use.count { try work() } }
        return time.milliseconds * 1e6 / Double(use.count)
    }

    /// What is done once; what it needs is made before.
    private static func prepared(_ use: Use) throws -> () throws -> Void {
        switch use {
        case .connection:
            let listener = try LoopbackSocket(.stream)
            let address = try listener.listen()
            return {
                let client = try LoopbackSocket(.stream)
                try client.connect(address)
                try listener.accept().reset()
            }
        case .socket:
            return { _ = try LoopbackSocket(.datagram) }
        case .datagram:
            let receiver = try LoopbackSocket(.datagram)
            let sender = try LoopbackSocket(.datagram)
            try sender.connect(receiver.bind())
            return {
                try sender.send()
                try receiver.receive()
            }
        }
    }
}

/// A socket of IPv4 on the loopback interface, closed with the value.
private final class LoopbackSocket {
    enum Kind { case stream, datagram }

    private let descriptor: Int32

    init(_ kind: Kind) throws {
        let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
        descriptor = try Self.check(
            socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0), "socket")
    }

    private init(accepted descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Binds it to a free port of 127.0.0.1.
    func bind() throws -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withSockaddr(&address) { pointer in
            try Self.check(Glibc.bind(descriptor, pointer, length), "bind")
            try Self.check(getsockname(descriptor, pointer, &length), "getsockname")
        }
        return address
    }

    func listen() throws -> sockaddr_in {
        let address = try bind()
        try Self.check(Glibc.listen(descriptor, 128), "listen")
        return address
    }

    func connect(_ address: sockaddr_in) throws {
        var address = address
        try withSockaddr(&address) { pointer in
            try Self.check(
                Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)),
                "connect")
        }
    }

    func accept() throws -> LoopbackSocket {
        LoopbackSocket(
            accepted: try Self.check(
                Glibc.accept(descriptor, nil, nil), "accept"))
    }

    /// Has closing it reset the connection, so that no port waits.
    func reset() throws {
        var linger = linger(l_onoff: 1, l_linger: 0)
        try Self.check(
            setsockopt(
                descriptor, SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout.size(ofValue: linger))), "setsockopt")
    }

    func send() throws {
        try Self.check(Int32(Glibc.send(descriptor, [0], 1, 0)), "send")
    }

    func receive() throws {
        var byte: UInt8 = 0
        try Self.check(Int32(recv(descriptor, &byte, 1, 0)), "recv")
    }

    private func withSockaddr(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) throws -> Void
    ) rethrows {
        try withUnsafeMutablePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    @discardableResult
    private static func check(_ answer: Int32, _ call: String) throws -> Int32 {
        guard answer >= 0 else {
            throw BenchError("\(call) of a loopback socket: \(String(cString: strerror(errno)))")
        }
        return answer
    }
}
