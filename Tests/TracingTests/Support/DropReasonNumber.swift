import BPF

/// The running kernel's number of a drop reason, `NEIGH_FAILED`; nil if it has none of that name.
func dropReason(_ name: String) throws -> UInt32? {
    let types = try BTF.kernel()
    guard let id = types.find("skb_drop_reason", .enumeration),
        case .enumeration(let reasons)? = types.type(id)
    else { return nil }
    let value = reasons.values.first { $0.name == "SKB_DROP_REASON_\(name)" }?.value
    return value.flatMap { UInt32(exactly: $0) }
}
