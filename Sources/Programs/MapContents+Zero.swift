internal import BPF

extension MapContents.Element.Value {
    /// Whether there is nothing but zeros: elements of arrays that nobody has written yet.
    public var isZero: Bool {
        switch self {
        case .single(let value): value.isZero
        case .perCPU(let values, _): values.allSatisfy(\.isZero)
        case .unreadable: true
        }
    }
}
