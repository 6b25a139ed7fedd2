internal import SystemPackage

extension NetworkNamespace {
    /// Opens the namespace, wherever it can be found: it is the caller's or process 1's, has a name
    /// in `/run/netns`, or a process is in it.
    ///
    /// - Returns: The open namespace; nil when there is none with this inode.
    /// - Throws: ``SystemError`` when `/proc` cannot be read.
    public func open() throws(SystemError) -> Handle? {
        try Self.first { $0.namespace == self }
    }

    /// Opens the first namespace that is wanted, of those that can be found: the caller's, those with
    /// a name in `/run/netns`, and those that a process is in.
    ///
    /// - Parameter isWanted: Asked once of each.
    /// - Returns: The open namespace; nil when none is wanted.
    /// - Throws: ``SystemError`` when `/proc` cannot be read.
    public static func first(
        where isWanted: (borrowing Handle) -> Bool
    ) throws(SystemError) -> Handle? {
        var seen: Set<NetworkNamespace> = []
        if let own = try? Handle.current(), seen.insert(own.namespace).inserted, isWanted(own) {
            return own
        }
        for name in names().values.sorted() {
            guard let named = try? Handle.named(name), seen.insert(named.namespace).inserted,
                isWanted(named)
            else { continue }
            return named
        }
        for process in try processes() {
            guard let found = try? Handle.process(process), seen.insert(found.namespace).inserted,
                isWanted(found)
            else { continue }
            return found
        }
        return nil
    }

    /// The same for a namespace that has to be there.
    ///
    /// - Throws: ``SystemError`` with `ENOENT` when nothing leads to it.
    public func openExisting() throws(SystemError) -> Handle {
        if let handle = try open() { return handle }
        throw SystemError(
            attempt: "open network namespace", subject: "net:[\(inode)]",
            errno: .noSuchFileOrDirectory,
            reason: "it has no name in \(Self.directory), and no process is in it")
    }

    private static func processes() throws(SystemError) -> [Int32] {
        do {
            return try Directory.entries(at: "/proc").compactMap(Int32.init).sorted()
        } catch {
            throw SystemError(attempt: "list processes", subject: "/proc", errno: error)
        }
    }
}
