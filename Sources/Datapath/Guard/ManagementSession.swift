internal import Glibc
internal import LinuxSystem
internal import NetTypes
internal import Packets

/// A TCP connection by which somebody manages this host: what an apply must not cut.
struct ManagementSession: Hashable, CustomStringConvertible {
    /// One end of it.
    struct End: Hashable, CustomStringConvertible {
        let address: IPAddress
        let port: UInt16

        var description: String {
            if case .v6 = address { "[\(address)]:\(port)" } else { "\(address):\(port)" }
        }
    }

    /// The end here.
    let local: End
    /// The end over there.
    let remote: End

    /// `192.0.2.7:51514 > 192.0.2.1:22`
    var description: String { "\(remote) > \(local)" }

    /// The sessions of the calling thread's network namespace: the one of SSH that the command runs in,
    /// if any, and every established connection to one of these ports.
    ///
    /// Looking at more than a thousand adds nothing.
    static func current(ports: [PortRange]) -> [ManagementSession] {
        let others = ["tcp", "tcp6"].flatMap { name in
            let text = (try? ProcFile.read("/proc/thread-self/net/\(name)")) ?? ""
            return text.split(separator: "\n").dropFirst().compactMap { Self(procLine: $0) }
        }.filter { session in ports.contains { $0.contains(session.local.port) } }
        var seen: Set<ManagementSession> = []
        let own = [SSHSession.current?.connection].compactMap(\.self)
        return (own + others.prefix(1000)).filter {
            seen.insert($0).inserted
        }
    }

    init(local: End, remote: End) {
        self.local = local
        self.remote = remote
    }

    /// Reads a line of `/proc/net/tcp` or `tcp6`; nil for a socket that is not established, and for one
    /// whose other end is this host.
    ///
    ///     0: 0100007F:1F90 0200007F:C350 01 …
    ///
    /// Addresses are words of 32 bits in network order, printed as host integers; ports are numbers.
    init?(procLine line: some StringProtocol) {
        let fields = line.split(separator: " ")
        guard fields.count > 3, fields[3] == "01", let local = End(procText: fields[1]),
            let remote = End(procText: fields[2]), local.address != remote.address
        else { return nil }
        self.init(local: local, remote: remote)
    }
}

extension ManagementSession.End {
    fileprivate init?(procText text: some StringProtocol) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16),
            [8, 32].contains(parts[0].count)
        else { return nil }
        var bytes: [UInt8] = []
        var rest = parts[0][...]
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            withUnsafeBytes(of: word) { bytes += $0 }
            rest = rest.dropFirst(8)
        }
        func number<Number: FixedWidthInteger>(_ bytes: [UInt8]) -> Number {
            bytes.reduce(0) { $0 << 8 | Number($1) }
        }
        let address: IPAddress =
            bytes.count == 4
            ? .v4(IPv4Address(bits: number(bytes))) : .v6(IPv6Address(bits: number(bytes)))
        self.init(address: address.unmapped, port: port)
    }
}

extension ManagementSession {
    /// A segment of it as it comes in, or goes out.
    func frame(leaving: Bool) throws -> [UInt8] {
        let (from, to) = leaving ? (local, remote) : (remote, local)
        var packet = PacketDescription()
        (packet.src, packet.sport) = (from.address, from.port)
        (packet.dst, packet.dport) = (to.address, to.port)
        packet.proto = .tcp
        packet.tcpFlags = [.ack, .psh]
        return try packet.frame()
    }
}
