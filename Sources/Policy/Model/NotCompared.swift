/// A value that takes no part in the equality of what holds it, such as where it was read from.
@propertyWrapper public struct NotCompared<Value: Sendable>: Equatable, Sendable {
    /// The value.
    public var wrappedValue: Value

    /// Wraps a value.
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

    /// Always true.
    public static func == (left: NotCompared, right: NotCompared) -> Bool { true }
}
