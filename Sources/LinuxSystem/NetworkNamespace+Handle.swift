internal import CLinuxShims
internal import SystemPackage

extension NetworkNamespace {
    /// An open network namespace: it lives on while this value does, and can be entered.
    public struct Handle: ~Copyable, Sendable {
        /// Which namespace this is.
        public let namespace: NetworkNamespace
        /// What messages call it.
        public let subject: String
        let descriptor: OwnedDescriptor

        /// The number of the descriptor that holds it open; valid as long as this value lives.
        public var rawDescriptor: Int32 { descriptor.rawValue }

        private init(path: String, subject: String) throws(Errno) {
            let descriptor = try OwnedDescriptor.open(path)
            namespace = NetworkNamespace(inode: try descriptor.identity().inode)
            self.descriptor = descriptor
            self.subject = subject
        }

        /// Opens the calling thread's namespace.
        public static func current() throws(SystemError) -> Handle {
            do {
                return try Handle(path: "/proc/thread-self/ns/net", subject: "calling thread")
            } catch {
                throw SystemError(
                    attempt: "open network namespace", subject: "calling thread", errno: error)
            }
        }

        /// Opens the namespace called `name` in `/run/netns`.
        ///
        /// - Throws: ``SystemError`` with `ENOENT` if there is none, with `EINVAL` if `name`
        ///   is not a plain file name or the file is not a namespace.
        public static func named(_ name: String) throws(SystemError) -> Handle {
            let attempt = "open network namespace"
            if let problem = NetworkNamespace.problem(inName: name) {
                throw SystemError(
                    attempt: attempt, subject: name, errno: .invalidArgument, reason: problem)
            }
            let path = "\(NetworkNamespace.directory)/\(name)"
            do throws(Errno) {
                guard try FileSystem(at: path) == .namespaces else { throw .invalidArgument }
                return try Handle(path: path, subject: name)
            } catch {
                let reason: String? =
                    switch error {
                    case .noSuchFileOrDirectory:
                        "no network namespace '\(name)' in \(NetworkNamespace.directory)"
                    case .invalidArgument: "\(path) is not a network namespace"
                    default: nil
                    }
                throw SystemError(attempt: attempt, subject: name, errno: error, reason: reason)
            }
        }

        /// Opens the namespace of a process or thread.
        ///
        /// - Throws: ``SystemError`` with `ESRCH` if there is no such process.
        public static func process(_ pid: Int32) throws(SystemError) -> Handle {
            do {
                return try Handle(path: "/proc/\(pid)/ns/net", subject: "process \(pid)")
            } catch {
                throw SystemError(
                    attempt: "open network namespace", subject: "process \(pid)",
                    errno: error == .noSuchFileOrDirectory ? .noSuchProcess : error)
            }
        }

        /// Runs `body` on the calling thread inside this namespace, then goes back.
        ///
        /// `body` cannot suspend, so no other task ever sees the namespace. If the way back is
        /// barred the process ends: going on in a wrong namespace would be worse.
        ///
        /// The corresponding system call is `setns(CLONE_NEWNET)`.
        ///
        /// - Throws: ``SystemError`` if entering fails (`EPERM` without CAP_SYS_ADMIN), else
        ///   what `body` throws.
        public borrowing func perform<Result: ~Copyable>(
            _ body: () throws -> Result
        ) throws -> Result {
            try perform(onRefusal: { $0 as any Error }, body)
        }

        /// The same for typed errors: `onRefusal` turns a failure to enter into `body`'s kind.
        public borrowing func perform<Result: ~Copyable, Failure: Error>(
            onRefusal: (SystemError) -> Failure, _ body: () throws(Failure) -> Result
        ) throws(Failure) -> Result {
            let home = try swapIn(onRefusal: onRefusal)
            defer { home.swapBack(from: self) }
            return try body()
        }

        /// Enters and answers where the thread was.
        private borrowing func swapIn<Failure: Error>(
            onRefusal: (SystemError) -> Failure
        ) throws(Failure) -> Handle {
            do throws(SystemError) {
                let home = try Handle.current()
                if home.namespace != namespace { try enter() }
                return home
            } catch {
                throw onRefusal(error)
            }
        }

        private borrowing func swapBack(from other: borrowing Handle) {
            if namespace == other.namespace { return }
            do {
                try enter()
            } catch {
                fatalError("cannot leave network namespace \(other.subject): \(error)")
            }
        }

        private borrowing func enter() throws(SystemError) {
            do {
                try Errno.check(
                    netctl_setns(descriptor.rawValue, Int32(NETCTL_CLONE_NEWNET.rawValue)))
            } catch {
                throw SystemError(
                    attempt: "enter network namespace", subject: subject, errno: error,
                    hint: error == .notPermitted ? "needs CAP_SYS_ADMIN" : nil)
            }
        }
    }
}
