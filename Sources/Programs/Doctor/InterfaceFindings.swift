internal import Foundation
internal import LinuxSystem
internal import Netlink
internal import SystemPackage

/// What XDP can do on the interfaces of the caller's network namespace. No interface is touched: trying
/// native mode would interrupt it.
enum InterfaceFindings {
    static func all() -> [Finding] {
        do throws(NetlinkError) {
            var socket = try NetlinkSocket()
            return try socket.links().map(finding)
        } catch {
            return [
                Finding("interface", "-", .missing, "\(error)", cost: "interfaces are unknown")
            ]
        }
    }

    private static func finding(_ link: NetworkLink) -> Finding {
        let features = try? XDPFeatures(ofInterface: link.index)
        let native: String
        switch features {
        case nil: native = "native unknown, the kernel does not tell before Linux 6.3"
        case let features? where features.contains(.basic):
            // One buffer is a page, less the room in front and behind.
            let frags = features.contains(.frags)
            native =
                "native yes (\(features.names.joined(separator: ", "))), frags "
                + (frags ? "yes" : "no, so its frames must fit a page: MTU up to about 3500")
        default: native = "native no, generic only"
        }
        let queues = ["rx", "tx"].map { "\($0) \(count($0, link.name).map(String.init) ?? "?")" }
            .joined(separator: " ")
        let attached = link.xdp.map { state in
            let programs = state.programs.values.sorted().map(String.init).joined(separator: ",")
            return ", program \(programs)"
        }
        return Finding(
            "interface", link.name, .note,
            "driver \(link.driver ?? link.kind ?? "-"), mtu \(link.mtu), queues \(queues), "
                + native + (attached ?? ""))
    }

    /// Unknown where /sys is of another network namespace.
    private static func count(_ kind: String, _ interface: String) -> Int? {
        let names = try? Directory.entries(at: "/sys/class/net/\(interface)/queues")
        return names?.count { $0.hasPrefix("\(kind)-") }
    }
}
