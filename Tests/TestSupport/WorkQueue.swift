internal import Glibc
internal import SystemPackage

/// The queue between a ``WorkerThread`` and its thread, owned by both.
final class WorkQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex.
    private var work: [@Sendable () -> Void] = []
    private var isStopping = false
    private var thread: pthread_t?
    private var kept: [any Sendable] = []

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func start() throws(Errno) {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        let error = pthread_create(
            &thread, nil,
            { argument in
                // SAFETY: the retained queue; C's signature alone makes it optional.
                if let argument {
                    Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, argument.toOpaque())
        guard error == 0 else {
            argument.release()
            throw Errno(rawValue: error)
        }
        locked { self.thread = thread }
    }

    /// Whether the calling thread is the one that runs the work.
    var isCurrent: Bool {
        locked { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    func append(_ item: @escaping @Sendable () -> Void) {
        locked {
            precondition(!isStopping, "work for a thread that was stopped")
            work.append(item)
            pthread_cond_signal(condition)
        }
    }

    func stop() {
        let thread: pthread_t? = locked {
            isStopping = true
            pthread_cond_signal(condition)
            defer { self.thread = nil }
            return self.thread
        }
        guard let thread else { return }
        // The last owner may let go on the thread itself, which cannot join itself.
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    private func run() {
        pthread_setspecific(WorkQueue.key, Unmanaged.passUnretained(self).toOpaque())
        while let item = next() { item() }
        // Let go outside the lock: what is kept may end threads of its own.
        _ = locked {
            defer { kept = [] }
            return kept
        }
    }

    /// Keeps a value until the calling thread ends; false if the thread is not one of ours.
    static func keepOnCurrentThread(_ value: any Sendable) -> Bool {
        guard let current = pthread_getspecific(key) else { return false }
        // SAFETY: set by `run`, which outlives everything that it calls.
        let queue = Unmanaged<WorkQueue>.fromOpaque(current).takeUnretainedValue()
        queue.locked { queue.kept.append(value) }
        return true
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private func next() -> (@Sendable () -> Void)? {
        locked {
            while work.isEmpty {
                if isStopping { return nil }
                pthread_cond_wait(condition, mutex)
            }
            return work.removeFirst()
        }
    }

    private func locked<Answer>(_ body: () -> Answer) -> Answer {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
