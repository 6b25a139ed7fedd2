internal import CLibbpf
public import LinuxSystem
public import SystemPackage

/// A map of any type.
///
/// Its elements are read and written through a typed view: ``ArrayMap``, ``PerCPUArray``,
/// ``HashMap``, ``LPMTrie``, ``ProgramArray``, ``MappedArray``.
public struct Map: ~Copyable, Sendable {
    /// The descriptor of the map.
    public let descriptor: OwnedDescriptor
    /// What the kernel knows about the map.
    public let info: MapInfo
    /// What errors call it.
    let subject: String

    init(descriptor: consuming OwnedDescriptor, subject: String) throws(BPFError) {
        info = try MapInfo(descriptor, subject: subject)
        self.descriptor = descriptor
        self.subject = subject
    }

    /// Takes over the descriptor of a map.
    ///
    /// - Parameter descriptor: A map.
    /// - Throws: ``BPFError`` with `.system`.
    public init(_ descriptor: consuming OwnedDescriptor) throws(BPFError) {
        info = try MapInfo(descriptor, subject: "descriptor \(descriptor.rawValue)")
        subject = info.name
        self.descriptor = descriptor
    }

    /// Opens a pinned map.
    ///
    /// - Parameter path: A name in a bpf file system.
    /// - Throws: ``BPFError`` with `.notFound`, with `.wrongType` if it is the pin of a program or
    ///   link, or with `.system`.
    public init(pinned path: FilePath) throws(BPFError) {
        try self.init(
            descriptor: Pin.open(path, as: .map, "open map"), subject: path.string)
    }

    /// Opens a map by its id. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Parameter id: The kernel's number.
    /// - Throws: ``BPFError`` with `.notFound` if the map is gone, or with `.system`.
    public init(id: UInt32) throws(BPFError) {
        try self.init(
            descriptor: openID("open map", "\(id)", bpf_map_get_fd_by_id(id)), subject: "\(id)")
    }

    /// Creates a map that belongs to no object.
    ///
    /// The corresponding system call is `bpf(BPF_MAP_CREATE)`.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - name: At most 15 bytes of letters, digits, `_` and `.`.
    ///   - keySize: Bytes of a key; 4 for arrays.
    ///   - valueSize: Bytes of a value.
    ///   - maxEntries: The capacity, in elements.
    ///   - flags: How to create it.
    /// - Returns: The map.
    /// - Throws: ``BPFError`` with `.system`: `EINVAL` for a name, size or flag that the type does
    ///   not take, `ENOMEM`, `EPERM`.
    public static func create(
        type: MapType, name: String, keySize: UInt32, valueSize: UInt32, maxEntries: UInt32,
        flags: MapFlags = []
    ) throws(BPFError) -> Map {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout<bpf_map_create_opts>.size
        options.map_flags = flags.rawValue
        let result = bpf_map_create(
            bpf_map_type(rawValue: type.rawValue), name, keySize, valueSize, maxEntries, &options)
        try check(result, "create map", name)
        return try Map(descriptor: OwnedDescriptor(owning: result), subject: name)
    }

    /// Gives the map a name in a bpf file system, which keeps it and its elements in the kernel.
    ///
    /// - Parameter path: A free name in an existing directory.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func pin(at path: FilePath) throws(BPFError) {
        try Pin.create(descriptor, at: path, "pin map at")
    }

    /// Forbids writes by system calls, for ever.
    ///
    /// The corresponding system call is `bpf(BPF_MAP_FREEZE)`, since Linux 5.2.
    ///
    /// - Throws: ``BPFError`` with `.system`: `EBUSY` if it is frozen, or mapped for writing.
    public borrowing func freeze() throws(BPFError) {
        try check(bpf_map_freeze(descriptor.rawValue), "freeze map", subject)
    }

    /// Opens a second descriptor of the map.
    ///
    /// - Returns: The same map, with a life of its own.
    /// - Throws: ``BPFError`` with `.system`, `EMFILE` among them.
    public borrowing func duplicate() throws(BPFError) -> Map {
        try Map(descriptor: own(descriptor.rawValue, "duplicate map", subject), subject: subject)
    }

    /// The ids of all maps of the kernel, ascending. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Returns: The ids; a map may be gone before it is opened.
    /// - Throws: ``BPFError`` with `.system`.
    public static func ids() throws(BPFError) -> [UInt32] {
        try kernelIDs(of: "maps") { bpf_map_get_next_id($0, $1) }
    }
}

/// A way to look at a map: ``Map`` itself, or a typed view of one.
public protocol MapView: ~Copyable {
    /// Takes over a map and checks that it is what the view describes.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType` or `.layout`; the map is closed.
    init(_ map: consuming Map) throws(BPFError)
}

extension Map: MapView {
    /// The map itself.
    ///
    /// - Parameter map: The map.
    public init(_ map: consuming Map) {
        self = map
    }
}
