internal import Packets
internal import Policy
internal import PolicyCompiler

/// Tries a new body before any packet meets it: a second instance, whose counters are its own, has to do
/// with a few packets what the policy means.
struct Canary {
    private let policy: Name
    private let meaning: ReferenceInterpreter
    private let samples: SamplePackets

    /// - Parameters:
    ///   - policy: The policy that is applied.
    ///   - meaning: What the filter means that the body is of.
    ///   - samples: Packets for it.
    init(_ policy: Name, _ meaning: ReferenceInterpreter, _ samples: SamplePackets) {
        self.policy = policy
        self.meaning = meaning
        self.samples = samples
    }

    /// Refuses a body that does something else.
    ///
    /// - Parameters:
    ///   - body: A second instance of it.
    ///   - place: Where it will judge, as messages say it.
    /// - Throws: ``DatapathError``.
    func check(_ body: DetachedBody, at place: String) throws {
        for sample in samples.packets {
            // What contradicts itself is no packet, and what test runs do not take is not tried.
            guard let frame = try? sample.frame(),
                let packet = SeenPacket(
                    frame, on: body.hook, ethernet: body.ethernet, mark: sample.mark ?? 0),
                let judgement = try body.judge(packet)
            else { continue }
            let meant = meaning.judge(packet)
            guard judgement != meant else { continue }
            throw DatapathError(
                "apply policy '\(policy)'", place,
                "the new program does \(judgement) with a packet with which the policy means "
                    + "\(meant); nothing was changed",
                hint: "this is an error of netctl: please report it, with the policy")
        }
    }
}
