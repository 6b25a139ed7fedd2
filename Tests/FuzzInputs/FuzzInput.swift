/// A reader of bytes that may come from anybody, and what must hold whatever they are.
///
/// `make fuzz-readers` gives each bytes that libFuzzer thinks up, guided by what of the code they reach;
/// `make test` gives it the bytes that earlier runs kept in `Corpora`. A crash, an endless loop, too much
/// memory or a property that does not hold ends the process.
public struct FuzzInput: Sendable {
    /// The name of the input, and of its folder in `Corpora`.
    public let name: String
    /// Reads; any bytes do.
    public let read: @Sendable (_ bytes: [UInt8]) -> Void

    /// All inputs.
    public static let all = [policy, setFile, packetWords, packet, capture, netlink, types]

    /// Ends the process when a property does not hold, in optimised builds too.
    static func require(_ holds: Bool, _ property: @autoclosure () -> String) {
        guard !holds else { return }
        fatalError("does not hold: \(property())")
    }
}
