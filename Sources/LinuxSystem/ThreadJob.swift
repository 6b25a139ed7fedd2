internal import Glibc
internal import SystemPackage

/// A closure that runs once, on a thread made for it.
final class ThreadJob<Outcome: Sendable>: ThreadBody, @unchecked Sendable {
    private let body: @Sendable () throws -> Outcome
    // Written by the thread, read after it was joined.
    private var outcome: Result<Outcome, any Error>?

    init(_ body: @escaping @Sendable () throws -> Outcome) {
        self.body = body
    }

    override func main() {
        outcome = Result { try body() }
    }

    /// Starts the thread, waits for its end and hands back what the closure answered.
    func runOnNewThread() throws -> Outcome {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self as ThreadBody)
        let error = pthread_create(
            &thread, nil,
            { argument in
                // SAFETY: the retained object passed below; C's signature alone makes it optional.
                if let argument {
                    Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().main()
                }
                return nil
            }, argument.toOpaque())
        guard error == 0 else {
            argument.release()
            throw SystemError(
                attempt: "start thread", subject: "pthread_create", errno: Errno(rawValue: error))
        }
        pthread_join(thread, nil)
        guard let outcome else { fatalError("the thread ended without an outcome") }
        return try outcome.get()
    }
}

/// What a C callback can name: it cannot capture a generic type.
class ThreadBody {
    func main() {}
}
