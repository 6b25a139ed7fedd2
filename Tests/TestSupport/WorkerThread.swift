internal import CLinuxShims
internal import Glibc
internal import SystemPackage

/// A thread that runs closures in order until it is stopped.
final class WorkerThread: Sendable {
    private let queue: WorkQueue

    init() throws(Errno) {
        queue = WorkQueue()
        try queue.start()
    }

    /// The kernel's id of the calling thread.
    static var currentID: Int32 { netctl_gettid() }

    func enqueue(_ work: @escaping @Sendable () -> Void) {
        queue.append(work)
    }

    /// Runs a closure on the thread and waits for its answer; at once if this is the thread.
    func perform<Answer>(_ body: () throws -> Answer) throws -> Answer {
        if queue.isCurrent { return try body() }
        return try withoutActuallyEscaping(body) { body in
            let call = SynchronousCall(body)
            queue.append { call.run() }
            return try call.wait()
        }
    }

    /// Lets the queue run empty and joins the thread. A second call does nothing.
    func stop() {
        queue.stop()
    }

    deinit {
        queue.stop()
    }
}

/// One closure on its way to a thread and its answer on the way back.
private final class SynchronousCall<Answer>: @unchecked Sendable {
    private var body: (() throws -> Answer)?
    private let done: UnsafeMutablePointer<sem_t>
    // Written before the semaphore is posted, read after it was waited for.
    private var answer: Result<Answer, any Error>?

    init(_ body: @escaping () throws -> Answer) {
        self.body = body
        done = .allocate(capacity: 1)
        sem_init(done, 0, 0)
    }

    deinit {
        sem_destroy(done)
        done.deallocate()
    }

    func run() {
        evaluate()
        sem_post(done)
    }

    /// The closure does not escape: it is let go here, before the caller may go on.
    private func evaluate() {
        guard let body else { return }
        self.body = nil
        answer = Result { try body() }
    }

    func wait() throws -> Answer {
        while sem_wait(done) != 0 {}
        guard let answer else { fatalError("the thread posted without an answer") }
        return try answer.get()
    }
}
