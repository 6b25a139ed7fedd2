internal import Glibc
internal import LinuxSystem
internal import NetTypes
internal import SystemPackage

/// A service that has to answer, `tcp 192.0.2.1:22`, when a policy is in force.
public struct ServiceCheck: Sendable, CustomStringConvertible {
    /// How long it may take: long enough for a lost packet to be sent again.
    private static let patience = Duration.seconds(3)

    private let end: ManagementSession.End

    /// Reads `tcp 192.0.2.1:22` or `tcp [2001:db8::1]:22`; nil for anything else. A name would have to be
    /// looked up, and that may be what no longer works.
    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0] == "tcp", let colon = words[1].lastIndex(of: ":"),
            let port = UInt16(words[1][words[1].index(after: colon)...]), port > 0
        else { return nil }
        var host = words[1][..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host) else { return nil }
        if case .v6 = address, !isBracketed { return nil }
        end = ManagementSession.End(address: address, port: port)
    }

    /// `tcp 192.0.2.1:22`
    public var description: String { "tcp \(end)" }

    /// Connects to it, from the calling thread's network namespace.
    ///
    /// - Returns: Why it does not answer, nil when it does.
    func failure() -> Errno? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = Glibc.socket(family, kind, 0)
        guard number >= 0 else { return Errno(rawValue: errno) }
        let socket = OwnedDescriptor(owning: number)
        if connect(socket.rawValue) == 0 { return nil }
        let refusal = Errno(rawValue: errno)
        return refusal == .nowInProgress ? outcome(socket) : refusal
    }

    private func outcome(_ socket: borrowing OwnedDescriptor) -> Errno? {
        let deadline = ContinuousClock.now + Self.patience
        var polled = pollfd(fd: socket.rawValue, events: Int16(POLLOUT), revents: 0)
        while ContinuousClock.now < deadline {
            if poll(&polled, 1, 100) > 0 {
                var error: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(socket.rawValue, SOL_SOCKET, SO_ERROR, &error, &size)
                return error == 0 ? nil : Errno(rawValue: error)
            }
        }
        return .timedOut
    }

    private var family: Int32 {
        if case .v6 = end.address { AF_INET6 } else { AF_INET }
    }

    private func connect(_ socket: Int32) -> Int32 {
        switch end.address {
        case .v4(let address):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = end.port.bigEndian
            name.sin_addr.s_addr = address.bits.bigEndian
            return Self.connect(socket, &name)
        case .v6(let address):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = end.port.bigEndian
            withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
                withUnsafeBytes(of: address.bits.bigEndian) { bytes.copyMemory(from: $0) }
            }
            return Self.connect(socket, &name)
        }
    }

    private static func connect<Name>(_ socket: Int32, _ name: inout Name) -> Int32 {
        withUnsafePointer(to: &name) { pointer in
            // SAFETY: a socket address of its family, with its size.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<Name>.size))
            }
        }
    }
}

extension Reconciler {
    /// Refuses to begin when a service does not answer even now.
    func requireAnswers(_ checks: [ServiceCheck], to attempt: String) throws {
        for check in checks {
            guard let errno = check.failure() else { continue }
            throw DatapathError(
                attempt, "\(check)", "it does not answer before the apply either", errno: errno,
                hint: "check something that answers now; nothing was changed")
        }
    }

    /// Reverts a policy that awaits its confirmation when a service no longer answers.
    func revert(unless checks: [ServiceCheck], in root: PinRoot, _ attempt: String) throws {
        for check in checks {
            guard let errno = check.failure() else { continue }
            guard var journal = try Journal.current(in: root) else { return }
            try journal.undo(in: root)
            throw DatapathError(
                attempt, "\(check)", "it no longer answers, so the policy is reverted",
                errno: errno, hint: "what was in force before is in force again")
        }
    }
}
