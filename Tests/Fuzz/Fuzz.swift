import Foundation
import FuzzInputs

/// What libFuzzer calls with bytes that it thinks up. `NETCTL_FUZZ_INPUT=NAME` says which reader gets
/// them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOnce(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    input.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

private let input: FuzzInput = {
    let name = ProcessInfo.processInfo.environment["NETCTL_FUZZ_INPUT"] ?? ""
    guard let input = FuzzInput.all.first(where: { $0.name == name }) else {
        let names = FuzzInput.all.map(\.name).joined(separator: ", ")
        fatalError("NETCTL_FUZZ_INPUT=\(name) is none of \(names)")
    }
    return input
}()
