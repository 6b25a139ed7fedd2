import Packets

/// A test that is being read.
struct TestDraft {
    /// What to call it, such as `test 'no telnet'`.
    let subject: String
    var filter: Name?
    var devices: Name?
    var packet: PolicyTest.Packet?
    var request: DeviceRequest?
    var expect: PolicyTest.Verdict?
    var rule: (decider: PolicyTest.Decider, location: SourceLocation)?

    /// The keys of a test.
    static let keys = KeyTable<TestDraft>([
        .optional("name", .anyText) { _, _, _ in },
        .optional("filter", .name) { value, draft, reading in
            guard let name = reading.name(value, of: "a filter") else { return }
            draft.filter = name
            reading.filterReferences.append((name, reading.location(of: value)))
        },
        .optional("device", .name) { value, draft, reading in
            guard let name = reading.name(value, of: "a device list") else { return }
            draft.devices = name
            reading.deviceReferences.append((name, reading.location(of: value)))
        },
        .optional("packet", .packet) { value, draft, reading in
            draft.packet = reading.packet(value, subject: "the packet of \(draft.subject)")
        },
        .optional("hex", .anyText) { value, draft, reading in
            draft.packet = reading.hexadecimal(value).map(PolicyTest.Packet.bytes)
        },
        .optional("request", .deviceRequest) { value, draft, reading in
            draft.request = reading.deviceRequest(value)
        },
        .required("expect", .choice(PolicyTest.Verdict.self)) { value, draft, reading in
            draft.expect = reading.choice(value, of: "expect", synonyms: verdictSynonyms)
        },
        .optional("rule", .any(of: [.name, .words(["default"])])) { value, draft, reading in
            let location = reading.location(of: value)
            guard value.text != "default" else {
                draft.rule = (.default, location)
                return
            }
            draft.rule = reading.name(value, of: "a rule").map { (.rule($0), location) }
        },
    ])

    /// A filter is asked about one packet, a device list about a request.
    static let questions = [
        JSONText.Member(
            key: "anyOf",
            value: [
                ["required": ["filter", "packet"]], ["required": ["filter", "hex"]],
                ["required": ["device", "request"]],
            ]),
        JSONText.Member(
            key: "not",
            value: [
                "anyOf": [
                    ["required": ["packet", "hex"]], ["required": ["filter", "device"]],
                    ["required": ["filter", "request"]], ["required": ["device", "packet"]],
                    ["required": ["device", "hex"]],
                ]
            ]),
    ]
}

extension Shape {
    /// The keys of a match, or bytes.
    fileprivate static let packet = any(of: [
        MatchDraft.packetTable.shape(),
        Shape([
            "type": "object", "properties": ["hex": anyText.schema], "required": ["hex"],
            "additionalProperties": false,
        ]),
    ])

    /// One device and access.
    fileprivate static let deviceRequest: Shape = {
        let major = Pattern.number(0...Int(DeviceTerm.largestMajor))
        let minor = Pattern.number(0...Int(DeviceTerm.largestMinor))
        return text(" *[bc] +\(major):\(minor) +[rwm]{1,3} *")
    }()
}

extension TestDraft {
    /// Nil while something is missing.
    fileprivate var question: PolicyTest.Question? {
        if let filter, let packet { return .packet(packet, filter: filter) }
        if let devices, let request { return .request(request, devices: devices) }
        return nil
    }
}

/// A test and where its rule stands, which is checked when all filters are known.
struct ReadTest {
    let test: PolicyTest
    let rule: SourceLocation?
}

extension Reading {
    /// The entries of `tests:`, of which the first is number `first`.
    func tests(_ value: YAMLValue, first: Int) -> [ReadTest] {
        guard case .sequence(let elements) = value.content else {
            error(
                "wrong-type", "'tests' must be a list, not \(value.kind)",
                hint: value.isEmpty ? "write [] for no tests" : "start each test with '-'",
                at: value)
            return []
        }
        return elements.enumerated().compactMap { test($1, number: first + $0) }
    }

    /// A test; nil after an error.
    private func test(_ value: YAMLValue, number: Int) -> ReadTest? {
        let nameValue = value.value(of: "name")
        let name = nameValue.flatMap { text($0, of: "the name of a test") }
        let subject = name.map { "test '\($0.shortened)'" } ?? "test \(number)"
        var draft = TestDraft(subject: subject)
        TestDraft.keys.read(value, into: &draft, subject: subject, self)
        checkQuestion(value, subject: subject)
        guard let question = draft.question, let expect = draft.expect else { return nil }
        guard expect.isOfDevices == (draft.devices != nil) else {
            let words = draft.devices == nil ? "pass, drop, redirect or tx" : "allow or deny"
            error(
                "invalid-value",
                "'expect' of a \(draft.devices == nil ? "filter" : "device list") must be \(words), "
                    + "not '\(expect.rawValue)'", at: value.value(of: "expect") ?? value)
            return nil
        }
        let test = PolicyTest(
            name: name ?? "test \(number)", question: question, expect: expect,
            rule: draft.rule?.decider, location: location(of: nameValue ?? value))
        return ReadTest(test: test, rule: draft.rule?.location)
    }

    /// A filter and a packet, or a device list and a request.
    private func checkQuestion(_ value: YAMLValue, subject: String) {
        guard case .mapping(let pairs) = value.content,
            !pairs.contains(where: \.key.isMergeKey)
        else { return }
        func given(_ names: [String]) -> [YAMLValue] {
            pairs.map(\.key).filter { names.contains($0.text ?? "") }
        }
        let packets = given(["packet", "hex"])
        let ofDevices = given(["device", "request"])
        if let first = ofDevices.first {
            if let other = given(["filter", "packet", "hex"]).first {
                error(
                    "conflicting-keys",
                    "\(subject) has both '\(first.text ?? "")' and '\(other.text ?? "")'",
                    hint: "a filter is asked about a packet, a device list about a request",
                    at: other)
            } else if ofDevices.count == 1 {
                let isList = first.text == "device"
                error(
                    "missing-key", "\(subject) has no '\(isList ? "request" : "device")'",
                    hint: isList ? "write request: \"c 1:3 rw\"" : nil, at: value)
            }
            return
        }
        if given(["filter"]).isEmpty {
            error("missing-key", "\(subject) has no 'filter'", at: value)
        }
        if packets.isEmpty {
            error(
                "missing-key", "\(subject) has no 'packet'",
                hint: "write packet: { proto: tcp, dport: 22 }, or its bytes as hex: \"…\"",
                at: value)
        } else if packets.count > 1 {
            error(
                "conflicting-keys", "\(subject) has both 'packet' and 'hex'", at: packets[1])
        }
    }

    /// A request for a device; nil after an error.
    fileprivate func deviceRequest(_ value: YAMLValue) -> DeviceRequest? {
        guard let text = text(value, of: "a device and access") else { return nil }
        let read = Result { () throws(DeviceSyntax.Failure) in try DeviceSyntax.request(text) }
        switch read {
        case .success(let request): return request
        case .failure(let failure):
            error("invalid-device", failure.message, hint: failure.hint, at: value)
            return nil
        }
    }

    /// Bytes in hexadecimal; nil after an error.
    func hexadecimal(_ value: YAMLValue) -> [UInt8]? {
        guard let text = text(value, of: "bytes in hexadecimal") else { return nil }
        do throws(Hexadecimal.Failure) {
            let bytes = try Hexadecimal.parse(text)
            guard bytes.count <= PolicyLimits.frameBytes else {
                error(
                    "limit",
                    "a packet has at most \(PolicyLimits.frameBytes) bytes, not \(bytes.count)",
                    at: value)
                return nil
            }
            return bytes
        } catch {
            self.error(
                "invalid-packet", "'\(text.shortened)' is not a packet in hexadecimal: \(error)",
                at: value)
            return nil
        }
    }
}
