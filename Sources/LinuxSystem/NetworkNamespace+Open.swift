internal import SystemPackage

extension NetworkNamespace {
    /// Opens the namespace, wherever it can be found: it is the caller's or process 1's, has a name
    /// in `/run/netns`, or a process is in it.
    ///
    /// - Returns: The open namespace; nil when there is none with this inode.
    /// - Throws: ``SystemError`` when `/proc` cannot be read.
    public func open() throws(SystemError) -> Handle? {
        if let own = try? Handle.current(), own.namespace == self { return own }
        if let name = Self.names()[inode], let named = try? Handle.named(name),
            named.namespace == self
        {
            return named
        }
        for process in try Self.processes() {
            guard let found = try? NetworkNamespace(pid: process), found == self,
                let handle = try? Handle.process(process), handle.namespace == self
            else { continue }
            return handle
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
