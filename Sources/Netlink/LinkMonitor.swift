internal import CLibmnl
internal import Glibc
internal import SystemPackage

/// Tells that interfaces of a network namespace have come, gone, got another name or another XDP program,
/// or that a qdisc or filter on one was removed.
///
/// What happened is not told: the kernel may lose some of it, so who is told looks again. Of links that only
/// go up and down, or count, nothing is told.
public final class LinkMonitor {
    private let socket: NetlinkSocket
    private var known: [UInt32: Known] = [:]

    /// What of a link matters.
    private struct Known: Equatable {
        let name: String
        let xdp: XDPState?

        init(_ link: NetworkLink) {
            name = link.name
            xdp = link.xdp
        }
    }

    /// Watches the calling thread's network namespace from now on, wherever the thread goes later.
    ///
    /// - Throws: ``NetlinkError``.
    public init() throws(NetlinkError) {
        socket = try NetlinkSocket(groups: [.links, .trafficControl])
        // What comes between is told although it is known: better than not at all.
        var other = try NetlinkSocket()
        for link in try other.links() { known[link.index] = Known(link) }
    }

    /// The names of the interfaces that there are, as far as they have been told of.
    public var names: [String] { known.values.map(\.name) }

    /// Readable when something was told; valid as long as this value lives.
    public var rawDescriptor: Int32 { socket.fd }

    /// Takes what has been told.
    ///
    /// - Returns: Whether something of it matters. So does that something was lost or cannot be read.
    public func drain() -> Bool {
        var matters = false
        while true {
            do throws(NetlinkFailure) {
                let datagram = try socket.receive(Int32(MSG_DONTWAIT))
                for message in try NetlinkMessage.parse(datagram) where take(message) {
                    matters = true
                }
            } catch  where error.errno == .wouldBlock {
                return matters
            } catch {
                matters = true
                // Nothing but a loss leaves more to be read.
                guard error.errno == .noBufferSpace else { return matters }
            }
        }
    }

    private func take(_ message: NetlinkMessage) -> Bool {
        switch Int(message.type) {
        case Int(RTM_NEWLINK):
            guard message.isAboutLink, let link = try? NetworkLink(message, driver: { _ in nil })
            else { return false }
            let new = Known(link)
            defer { known[link.index] = new }
            return known[link.index] != new
        case Int(RTM_DELLINK):
            guard message.isAboutLink, let index: UInt32 = message.payload.load(at: 4) else {
                return false
            }
            return known.removeValue(forKey: index) != nil
        case Int(RTM_DELQDISC), Int(RTM_DELTFILTER): return true
        default: return false
        }
    }
}

extension NetlinkMessage {
    /// Whether it is about a link itself: a bridge tells of its ports by messages of the same types.
    fileprivate var isAboutLink: Bool { payload.load(at: 0, as: UInt8.self) == 0 }
}
