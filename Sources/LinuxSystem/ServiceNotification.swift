internal import Glibc

/// What a service tells the systemd that started it, by the protocol of `sd_notify(3)`.
public enum ServiceNotification {
    /// Something to tell.
    public enum State: Hashable, Sendable {
        /// What it is for is done, or done again.
        case ready
        /// It looks anew at what it was given; ``ready`` follows.
        case reloading
        /// It ends.
        case stopping
        /// A line for people, in `systemctl status`.
        case status(String)

        var line: String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)"
            case .stopping: "STOPPING=1"
            case .status(let text):
                "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
            }
        }

        private static var monotonicMicroseconds: Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        }
    }

    /// Tells it. Without a service manager, and where it does not listen or is behind with listening,
    /// nothing happens: nothing depends on it.
    public static func send(_ states: State...) {
        guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }),
            let address = Address(path)
        else { return }
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { return }
        let descriptor = OwnedDescriptor(owning: number)
        let text = Array(states.map(\.line).joined(separator: "\n").utf8)
        address.withSockaddr { address, length in
            _ = sendto(
                descriptor.rawValue, text, text.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), address,
                length
            )
        }
    }

    /// Where systemd listens: a path, or behind `@` a name of the abstract namespace.
    private struct Address {
        private var storage = sockaddr_un()
        private let length: socklen_t

        init?(_ path: String) {
            var bytes = Array(path.utf8)
            guard bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: "@"),
                bytes.count < MemoryLayout.size(ofValue: storage.sun_path)
            else { return nil }
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
            storage.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &storage.sun_path) { $0.copyBytes(from: bytes) }
            length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        }

        func withSockaddr(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
            withUnsafePointer(to: storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
            }
        }
    }
}
