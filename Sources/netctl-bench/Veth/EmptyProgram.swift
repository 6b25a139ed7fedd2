import BPF
import BPFObjects
import Glibc
import LinuxSystem

/// A program of the benchmark that drops all: what the hook and the generator cost.
struct EmptyProgram: DropPoint {
    enum Place {
        case xdp(XDPMode)
        case tcx
    }

    private let place: Place
    let largest = 0

    init(_ place: Place) { self.place = place }

    var name: String {
        switch place {
        case .xdp(.native): "XDP native, empty program"
        case .xdp: "XDP generic, empty program"
        case .tcx: "TCX, empty program"
        }
    }

    private final class Hold {
        let link: Link
        init(_ link: consuming Link) { self.link = link }
    }

    func install(_ list: BlockList?, on receiver: Receiver) throws -> Installed {
        var object = try OpenObject(image: BPFObjects.empty.image(), name: "empty")
        let program = if case .tcx = place { "empty_tc" } else { "empty_xdp" }
        try object.loadOnly(programs: [program])
        let loaded = try object.load()
        let hold = try receiver.perform {
            let index = Int32(if_nametoindex(receiver.interface))
            switch place {
            case .xdp(let mode):
                return try Hold(
                    Link.attachXDP(
                        program: loaded.program(program), interfaceIndex: index, mode: mode))
            case .tcx:
                return try Hold(
                    Link.attachTCX(
                        program: loaded.program(program), interfaceIndex: index,
                        direction: .ingress))
            }
        }
        return Installed(holds: hold) { nil }
    }
}
