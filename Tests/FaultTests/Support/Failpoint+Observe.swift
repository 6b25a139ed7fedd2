@testable import Datapath

/// Not optimised: Swift 6.3.1 leaves out the type of the task-local value when it inlines what is called here,
/// which crashes.
extension Failpoint {
    /// Tells an observer of the changes that a body comes to.
    @_optimize(none)
    static func observe<Result>(
        _ observer: @escaping @Sendable (Failpoint) -> Void, in body: () throws -> Result
    ) rethrows -> Result {
        try $observer.withValue(observer) { try body() }
    }

    /// Tells an observer of the changes that a body comes to.
    @_optimize(none)
    static func observe<Result>(
        _ observer: @escaping @Sendable (Failpoint) -> Void, in body: () async throws -> Result
    ) async rethrows -> Result {
        try await $observer.withValue(observer) { try await body() }
    }
}
