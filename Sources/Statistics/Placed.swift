/// An entry of a document about something at a place: the keys of the place and its own stand in one
/// object.
public protocol Placed: Encodable {
    /// Where it is.
    associatedtype Place: Encodable
    /// What there is to say.
    associatedtype Facts: Encodable

    /// Where it is.
    var place: Place { get }
    /// What there is to say.
    var facts: Facts { get }
}

extension Placed {
    /// Writes both into one object, the place first.
    public func encode(to encoder: any Encoder) throws {
        try place.encode(to: encoder)
        try facts.encode(to: encoder)
    }
}
