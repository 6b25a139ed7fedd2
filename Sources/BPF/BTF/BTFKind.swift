/// What a type is, `BTF_KIND_*`.
public enum BTFKind: UInt32, Hashable, Sendable, CaseIterable {
    case void = 0
    case integer = 1
    case pointer = 2
    case array = 3
    case structure = 4
    case union = 5
    case enumeration = 6
    case forward = 7
    case typedef = 8
    case volatile = 9
    case const = 10
    case restrict = 11
    case function = 12
    case prototype = 13
    case variable = 14
    case section = 15
    case float = 16
    case declarationTag = 17
    case typeTag = 18
    case enumeration64 = 19
}
