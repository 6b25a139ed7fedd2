internal import Glibc
public import NetTypes

/// Names of hosts, as this machine resolves them: by its own file of hosts, DNS, whatever it is set to.
public enum HostNames {
    /// The addresses of a host.
    ///
    /// The corresponding call of the C library is `getaddrinfo`.
    ///
    /// - Parameter name: The name.
    /// - Returns: At least one.
    /// - Throws: ``TracingError`` with the library's sentence.
    public static func addresses(of name: String) throws(TracingError) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(name, nil, &hints, &first)
        defer { if let first { freeaddrinfo(first) } }
        guard error == 0 else {
            throw TracingError(
                "resolve name", name, String(cString: gai_strerror(error)),
                hint: "write a process id, an address, or a name that this host can resolve")
        }
        var found: [IPAddress] = []
        var entry = first
        while let current = entry {
            if let address = address(current.pointee), !found.contains(address) {
                found.append(address)
            }
            entry = current.pointee.ai_next
        }
        return found
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        guard let place = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET:
            return place.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                .v4(IPv4Address(bits: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)))
            }
        case AF_INET6:
            return place.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { place in
                // SAFETY: an address of 16 bytes, all of them there.
                let bits = withUnsafeBytes(of: place.pointee.sin6_addr) {
                    UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self))
                }
                return IPAddress.v6(IPv6Address(bits: bits)).unmapped
            }
        default: return nil
        }
    }
}
