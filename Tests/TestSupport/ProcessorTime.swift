import Glibc

/// The processor time that the calling thread spends in `body`: what else the machine does, other
/// tests among it, does not count.
public func processorTime(_ body: () throws -> Void) rethrows -> Duration {
    let start = threadClock()
    try body()
    return threadClock() - start
}

private func threadClock() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// The most memory that this process ever had at once, in bytes (`VmHWM`).
public func peakMemoryBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // Linux counts in KiB.
    return usage.ru_maxrss * 1_024
}
