import Synchronization
import TestSupport

/// Datagrams to the service and to the canary's port, as many of each, until told to stop.
final class CanaryFlood: Sendable {
    struct Result: Sendable {
        /// To each port.
        var sent = 0
        /// By the service.
        var received = 0
        /// Canaries that came, none of which may.
        var canaries = 0
        /// How often the sender was told that a datagram was dropped.
        var refused = 0
    }

    private let traffic: HookTraffic
    private let isStopped = Atomic(false)

    init(_ traffic: HookTraffic) { self.traffic = traffic }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    func run() async throws -> Result {
        let service = try traffic.near(port: Wire.servicePort)
        let canary = try traffic.near(port: Wire.canaryPort)
        return try await traffic.wire.pair.onFar { [self] () async throws -> Result in
            let wire = traffic.wire
            let farService = try UDPSocket(bound: wire.friend, port: Wire.servicePort)
            let farCanary = try UDPSocket(bound: wire.friend, port: Wire.canaryPort)
            var result = Result()
            func send(_ socket: borrowing UDPSocket, to address: String) throws {
                for _ in 0..<20 {
                    result.refused += try socket.offer(1, to: address, port: Wire.canaryPort)
                    result.refused += try socket.offer(1, to: address, port: Wire.servicePort)
                }
                result.sent += 20
            }
            func receive(_ socket: borrowing UDPSocket) {
                let missing = result.sent - result.received
                result.received += socket.receive(expecting: missing, quiet: .seconds(5))
            }
            while !isStopped.load(ordering: .relaxed), result.received == result.sent {
                if traffic.way.isEgress {
                    try send(service, to: wire.friend)
                    receive(farService)
                } else {
                    try send(farService, to: wire.server)
                    receive(service)
                }
            }
            result.received +=
                traffic.way.isEgress
                ? farService.receive(expecting: 1) : service.receive(expecting: 1)
            result.canaries =
                traffic.way.isEgress
                ? farCanary.receive(expecting: 1) : canary.receive(expecting: 1)
            return result
        }
    }
}
