import Foundation

/// How often a test with traffic applies a policy; `NETCTL_APPLIES` says another number, for kernels where
/// each apply takes seconds.
let manyApplies = ProcessInfo.processInfo.environment["NETCTL_APPLIES"].flatMap(Int.init) ?? 100
