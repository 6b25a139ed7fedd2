internal import BPF
internal import LinuxSystem
internal import Netlink

/// The interfaces that links are on, by name.
///
/// Of a link the kernel tells the index of its interface, but not in which network namespace that is. An
/// interface does tell what is on it: so those of the index are asked, in all namespaces that can be found.
struct LinkedInterfaces {
    private struct Interface {
        let name: String
        let namespace: NetworkNamespace
        let xdpPrograms: Set<UInt32>
        let tcxLinks: Set<UInt32>

        init(_ link: NetworkLink, in namespace: NetworkNamespace) {
            name = link.name
            self.namespace = namespace
            xdpPrograms = Set((link.xdp?.programs ?? [:]).values)
            let index = Int32(bitPattern: link.index)
            let hooks = TCXDirection.allCases.compactMap {
                try? AttachedPrograms(interfaceIndex: index, direction: $0)
            }
            tcxLinks = Set(hooks.flatMap(\.entries).compactMap(\.linkID))
        }
    }

    private var byIndex: [Int32: [Interface]] = [:]

    /// Asks the interfaces of these indices. Those of a namespace that may not be entered stay unknown.
    init(indices: Set<Int32>) {
        guard !indices.isEmpty else { return }
        var found: [Int32: [Interface]] = [:]
        try? NetworkNamespace.forEach { namespace in
            guard var socket = try? NetlinkSocket() else { return }
            for index in indices {
                let link = try? socket.link(index: UInt32(bitPattern: index))
                guard let link else { continue }
                found[index, default: []].append(Interface(link, in: namespace))
            }
        }
        byIndex = found
    }

    /// The interface with an index that a link is on: `interface eth1`, `interface eth1 in netns server`; the
    /// index where none, or more than one, can be it.
    func name(of index: Int32, with link: LinkInfo) -> String {
        let candidates = (byIndex[index] ?? []).filter {
            link.type == .xdp
                ? $0.xdpPrograms.contains(link.programID) : $0.tcxLinks.contains(link.id)
        }
        guard candidates.count == 1, let interface = candidates.first else {
            return "interface \(index)"
        }
        let netns = interface.namespace.displayName.map { " in netns \($0)" } ?? ""
        return "interface \(interface.name)\(netns)"
    }
}
