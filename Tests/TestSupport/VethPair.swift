public import LinuxSystem

/// A veth pair whose ends are in two namespaces, so that packets really cross it.
///
/// The near end is in the calling thread's namespace, where the program under test is attached;
/// the far end is in a namespace of its own. The pair goes with the near thread if that is a
/// ``NamespaceExecutor``'s, else with the last reference to this. Both ends are up, with addresses and without duplicate detection.
public final class VethPair: Sendable {
    /// One end of the pair.
    public struct End: Sendable {
        /// The interface's name.
        public let name: String
        /// Its index, in its namespace.
        public let index: UInt32
        /// Its IPv4 address, in a /24.
        public let ipv4: String
        /// Its IPv6 address, in a /64.
        public let ipv6: String
        /// Its link layer address.
        public let mac: String
    }

    /// The end in the creator's namespace.
    public let near: End
    /// The end in the other namespace.
    public let far: End
    private let farExecutor: NamespaceExecutor

    private init(near: End, far: End, farExecutor: NamespaceExecutor) {
        self.near = near
        self.far = far
        self.farExecutor = farExecutor
    }

    /// The id of the far namespace's thread, for `/proc/TID/ns/net`.
    public var farThreadID: Int32 { farExecutor.threadID }

    /// The far end's namespace.
    public var farNamespace: NetworkNamespace { farExecutor.namespace }

    /// Makes a pair; call it on a thread in a throw-away namespace.
    ///
    /// - Parameters:
    ///   - near: The name of the near end.
    ///   - far: The name of the far end.
    ///   - subnet: Tells pairs in one namespace apart: addresses are 10.SUBNET.0.1 and
    ///     fd00:SUBNET::1 near, …2 far.
    ///   - mtu: The largest packet of both ends.
    /// - Returns: The pair, with both carriers on.
    /// - Throws: What `ip` said, if it refused.
    public static func create(
        near: String = "near0", far: String = "far0", subnet: UInt8 = 77, mtu: UInt32 = 1500
    ) throws -> VethPair {
        let executor = try NamespaceExecutor()
        try runChecked([
            "ip", "link", "add", near, "mtu", "\(mtu)", "type", "veth", "peer", "name", far,
            "mtu", "\(mtu)", "netns", "\(executor.threadID)",
        ])
        let nearEnd = try configure(near, host: 1, subnet: subnet)
        let farEnd = try executor.perform {
            try runChecked(["ip", "link", "set", "lo", "up"])
            return try configure(far, host: 2, subnet: subnet)
        }
        try awaitCarrier(near)
        try executor.perform { try awaitCarrier(far) }
        let pair = VethPair(near: nearEnd, far: farEnd, farExecutor: executor)
        _ = WorkQueue.keepOnCurrentThread(pair)
        return pair
    }

    /// Runs a closure in the far namespace, on its own thread, and waits for its answer.
    @discardableResult
    public func onFar<Result>(_ body: () throws -> Result) throws -> Result {
        try farExecutor.perform(body)
    }

    /// Runs a closure in the far namespace; it and its child tasks stay there over `await`.
    public func onFar<Result: Sendable>(
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(farExecutor) { try await body() }
    }

    private static func configure(_ name: String, host: UInt8, subnet: UInt8) throws -> End {
        let (ipv4, ipv6) = ("10.\(subnet).0.\(host)", "fd00:\(subnet)::\(host)")
        let mac = hexadecimal([0x02, 0x00, 0x00, 0x00, subnet, host])
        try runChecked(["ip", "link", "set", name, "address", mac, "up"])
        try runChecked(["ip", "address", "add", "\(ipv4)/24", "dev", name])
        try runChecked(["ip", "address", "add", "\(ipv6)/64", "dev", name, "nodad"])
        return End(
            name: name, index: try interfaceIndex(name), ipv4: ipv4, ipv6: ipv6, mac: mac)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
