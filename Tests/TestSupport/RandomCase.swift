internal import Policy

/// A policy and a frame on which two judges disagree, to be made small before anyone reads it.
public struct RandomCase: Sendable, CustomStringConvertible {
    /// The policy.
    public var policy: RandomPolicy
    /// The frame.
    public var frame: [UInt8]

    /// Makes a case.
    public init(policy: RandomPolicy, frame: [UInt8]) {
        self.policy = policy
        self.frame = frame
    }

    /// The policy as YAML, then the frame in hexadecimal.
    public var description: String {
        let hex = frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(policy)\nframe: \(hex)"
    }
}
