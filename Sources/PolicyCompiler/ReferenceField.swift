/// What a packet has in one field that rules look at.
enum ReferenceField<Value: Sendable>: Sendable {
    case value(Value)
    /// A packet of this kind has no such field, so that no key on it holds, negated or not.
    case absent
    /// A packet of this kind has the field, but its bytes are missing or wrong.
    case unreadable

    /// A field that this kind of packet has, if its bytes are there.
    static func of(_ value: Value?) -> ReferenceField {
        value.map(ReferenceField.value) ?? .unreadable
    }
}
