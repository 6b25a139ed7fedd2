package import Policy
internal import PolicyCompiler

/// Requests for devices, judged by what a device list means: the kernel runs such programs for real
/// processes alone.
package struct DeviceTrial {
    /// What is in force.
    private enum Meaning {
        case list(ReferenceDevices)
        /// Every request is allowed, for this reason.
        case allowed(Reason)
    }

    private let meaning: Meaning

    /// A device list of a policy.
    package init(_ list: DeviceList) { meaning = .list(ReferenceDevices(list)) }

    /// What an attachment has in force.
    ///
    /// - Throws: ``DatapathError`` when its policy cannot be read back.
    package init(
        inForceAt attachment: Attachment, _ inForce: PolicyInForce?
    ) throws(DatapathError) {
        guard attachment.state != .paused else {
            meaning = .allowed(.paused)
            return
        }
        guard let record = attachment.policy else {
            meaning = .allowed(.default)
            return
        }
        guard let list = inForce?.policy.devices.first(where: { $0.name.text == record.filter })
        else {
            throw DatapathError(
                "read policy in force", attachment.name,
                "this version of netctl does not understand it", hint: "apply the policy again")
        }
        meaning = .list(ReferenceDevices(list, monitor: record.isMonitored ?? false))
    }

    /// Judges one request.
    package func judge(_ request: DeviceRequest) -> FilterTrial.Answer {
        switch meaning {
        case .list(let list):
            FilterTrial.Answer(
                judgement: list.judge(request), isFromProgram: false, disagreement: nil,
                trace: list.trace(request))
        case .allowed(let reason):
            FilterTrial.Answer(
                judgement: ReferenceInterpreter.Judgement(.pass, reason), isFromProgram: false,
                disagreement: nil, trace: [])
        }
    }
}

extension DeviceList {
    /// The same list, with nothing monitored: what it says is what happens.
    package var enforced: DeviceList {
        var list = self
        list.monitor = false
        for index in list.rules.indices { list.rules[index].monitor = false }
        return list
    }
}
