public import BPF
internal import Foundation
internal import LinuxSystem

/// What is known of a link, anybody's.
public struct LinkReport: Encodable, Sendable {
    /// The kernel's number.
    public let id: UInt32
    /// The type: `xdp`, `cgroup`, `tracing`.
    public let type: String
    /// The program that it keeps on its hook.
    public let programID: UInt32
    /// The program's name, if it may be read.
    public let programName: String?
    /// The kernel's name of the hook, where the link tells.
    public let attachType: String?
    /// On what: `interface eth1`, `cgroup /system.slice`, `tracepoint kfree_skb`; `nil` if unknown.
    public let target: String?

    private enum CodingKeys: String, CodingKey {
        case id, type, target
        case programID = "program_id"
        case programName = "program_name"
        case attachType = "attach_type"
    }

    /// All keys are there, null where nothing is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(type, forKey: .type)
        try container.encode(programID, forKey: .programID)
        try container.encode(programName, forKey: .programName)
        try container.encode(attachType, forKey: .attachType)
        try container.encode(target, forKey: .target)
    }

    private init(
        _ info: LinkInfo, _ place: LinkPlace, _ interfaces: LinkedInterfaces,
        _ names: inout FunctionNames
    ) {
        id = info.id
        type = "\(info.type)"
        programID = info.programID
        programName = Program.name(id: info.programID)
        switch place {
        case .interface(let index, let type):
            attachType = type.description
            target = index == 0 ? nil : interfaces.name(of: index, with: info)
        case .cgroup(let id, let type):
            attachType = type.description
            let cgroup = id == 0 ? nil : try? CgroupMount.current().path(ofID: id)
            target = id == 0 ? nil : "cgroup \(cgroup ?? "id \(id)")"
        case .rawTracepoint(let name):
            attachType = nil
            target = "tracepoint \(name)"
        case .tracing(let type, let object, let function):
            attachType = type.description
            target = names.name(function, of: object)
        case .iterator(let name):
            attachType = nil
            target = "iterator \(name)"
        case .namespace(let inode, let type):
            attachType = type.description
            target = "network namespace \(inode)"
        case .perfEvent(let kind, let name):
            attachType = nil
            target = name.isEmpty ? kind : "\(kind) \(name)"
        case .unknown:
            attachType = nil
            target = nil
        }
    }

    /// Reports all links.
    ///
    /// - Throws: `BPFError`.
    public static func all() throws(BPFError) -> [LinkReport] {
        var found: [(info: LinkInfo, place: LinkPlace)] = []
        for id in try Link.ids() {
            // One may be gone between the two calls, another (EAGAIN) not yet be whole.
            guard let link = try? Link(id: id) else { continue }
            found.append((try link.info, try link.place))
        }
        let interfaces = LinkedInterfaces(indices: Set(found.compactMap(\.place.interfaceIndex)))
        var names = FunctionNames()
        return found.map { LinkReport($0.info, $0.place, interfaces, &names) }
    }

    /// The links of each program.
    static func idsByProgram() throws(BPFError) -> [UInt32: [UInt32]] {
        var ids: [UInt32: [UInt32]] = [:]
        for id in try Link.ids() {
            guard let info = try? Link(id: id).info else { continue }
            ids[info.programID, default: []].append(id)
        }
        return ids
    }
}

/// Names of functions in type information, which is loaded when it is first asked for.
private struct FunctionNames {
    private var loaded: [UInt32: BTF] = [:]

    mutating func name(_ function: UInt32, of object: UInt32) -> String? {
        guard function != 0 else { return nil }
        let types: BTF?
        if let known = loaded[object] {
            types = known
        } else {
            // The number is that of the kernel's BTF, or of a module's, which needs the kernel's.
            let kernel = try? BTF.kernel()
            types =
                (try? BTF(id: object)).flatMap { $0.name(of: function).isEmpty ? nil : $0 }
                ?? kernel
            loaded[object] = types
        }
        let name = types?.name(of: function) ?? ""
        return name.isEmpty ? nil : "function \(name)"
    }
}
