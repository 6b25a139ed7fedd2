import Packets

/// A test that is being read.
struct TestDraft {
    /// What to call it, such as `test 'no telnet'`.
    let subject: String
    var filter: Name?
    var packet: PolicyTest.Packet?
    var expect: PolicyTest.Verdict?
    var rule: (decider: PolicyTest.Decider, location: SourceLocation)?

    /// The keys of a test.
    static let keys = KeyTable<TestDraft>([
        .optional("name", .anyText) { _, _, _ in },
        .required("filter", .name) { value, draft, reading in
            guard let name = reading.name(value, of: "a filter") else { return }
            draft.filter = name
            reading.filterReferences.append((name, reading.location(of: value)))
        },
        .optional("packet", .packet) { value, draft, reading in
            draft.packet = reading.packet(value, subject: "the packet of \(draft.subject)")
        },
        .optional("hex", .anyText) { value, draft, reading in
            draft.packet = reading.hexadecimal(value).map(PolicyTest.Packet.bytes)
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

    /// A test has one packet.
    static let packetOrHex = [
        JSONText.Member(
            key: "anyOf", value: [["required": ["packet"]], ["required": ["hex"]]]),
        JSONText.Member(key: "not", value: ["required": ["packet", "hex"]]),
    ]

    /// The keys of tests that ask another hook than one of packets.
    static let unsupported = ["device", "request"]
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
        if case .mapping(let pairs) = value.content,
            let pair = pairs.first(where: { TestDraft.unsupported.contains($0.key.text ?? "") })
        {
            unsupported("'\(pair.key.text ?? "")'", at: pair.key)
            return nil
        }
        let nameValue = value.value(of: "name")
        let name = nameValue.flatMap { text($0, of: "the name of a test") }
        let subject = name.map { "test '\($0.shortened)'" } ?? "test \(number)"
        var draft = TestDraft(subject: subject)
        TestDraft.keys.read(value, into: &draft, subject: subject, self)
        checkPacketIsGiven(value, subject: subject)
        guard let filter = draft.filter, let packet = draft.packet, let expect = draft.expect
        else { return nil }
        let test = PolicyTest(
            name: name ?? "test \(number)", filter: filter, packet: packet, expect: expect,
            rule: draft.rule?.decider, location: location(of: nameValue ?? value))
        return ReadTest(test: test, rule: draft.rule?.location)
    }

    private func checkPacketIsGiven(_ value: YAMLValue, subject: String) {
        guard case .mapping(let pairs) = value.content,
            !pairs.contains(where: \.key.isMergeKey)
        else { return }
        let given = pairs.filter { ["packet", "hex"].contains($0.key.text ?? "") }
        if given.isEmpty {
            error(
                "missing-key", "\(subject) has no 'packet'",
                hint: "write packet: { proto: tcp, dport: 22 }, or its bytes as hex: \"…\"",
                at: value)
        } else if given.count > 1 {
            error(
                "conflicting-keys", "\(subject) has both 'packet' and 'hex'",
                at: given[1].key)
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
