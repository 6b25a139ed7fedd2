internal import CLibmnl

/// The XDP programs on an interface, as the kernel reports them.
public struct XDPState: Hashable, Sendable {
    /// Where in the receive path a program runs.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// In the driver (`XDP_FLAGS_DRV_MODE`).
        case native
        /// After the socket buffer is made (`XDP_FLAGS_SKB_MODE`).
        case generic
        /// On the device (`XDP_FLAGS_HW_MODE`).
        case offload
    }

    /// The id of the program in each mode that has one; never empty.
    public let programs: [Mode: UInt32]

    /// A state with these programs.
    public init(programs: [Mode: UInt32]) {
        self.programs = programs
    }

    /// The mode in force; nil if programs run in several (`XDP_ATTACHED_MULTI`).
    public var mode: Mode? { programs.count == 1 ? programs.first?.key : nil }

    /// The id of the only program; nil if there are several.
    public var program: UInt32? { programs.count == 1 ? programs.first?.value : nil }

    /// Reads `IFLA_XDP`; nil if nothing is attached.
    init?(_ attributes: Attributes) {
        var programs: [Mode: UInt32] = [:]
        programs[.native] = attributes.integer(Int(IFLA_XDP_DRV_PROG_ID))
        programs[.generic] = attributes.integer(Int(IFLA_XDP_SKB_PROG_ID))
        programs[.offload] = attributes.integer(Int(IFLA_XDP_HW_PROG_ID))
        programs = programs.filter { $0.value != 0 }
        // Kernels before 4.19 give only the id and the mode it is in.
        if programs.isEmpty, let id: UInt32 = attributes.integer(Int(IFLA_XDP_PROG_ID)), id != 0 {
            switch attributes.integer(Int(IFLA_XDP_ATTACHED), as: UInt8.self).map(Int.init) {
            case Int(XDP_ATTACHED_DRV): programs[.native] = id
            case Int(XDP_ATTACHED_SKB): programs[.generic] = id
            case Int(XDP_ATTACHED_HW): programs[.offload] = id
            default: break
            }
        }
        guard !programs.isEmpty else { return nil }
        self.programs = programs
    }
}
