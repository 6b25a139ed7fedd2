import Foundation
import Policy
import Testing

@Suite struct ModelTests {
    @Test(
        "names",
        arguments: [
            ("a", nil), ("0", nil), ("a-b-1", nil), (String(repeating: "a", count: 32), nil),
            ("defaults", nil), ("", .empty), (String(repeating: "a", count: 33), .tooLong),
            ("-a", .invalidStart), ("A", .invalidCharacter), ("a_b", .invalidCharacter),
            ("é", .invalidCharacter), ("a b", .invalidCharacter), ("default", .reserved),
        ] as [(String, NameError?)])
    func names(_ text: String, _ expected: NameError?) {
        if let expected {
            #expect(throws: expected) { try Name(text) }
        } else {
            #expect((try? Name(text))?.text == text)
        }
    }

    @Test(
        "interface patterns",
        arguments: [
            ("eth0", "eth0", true), ("eth0", "eth01", false), ("veth*", "veth", true),
            ("veth*", "veth12", true), ("veth*", "eth0", false), ("*", "lo", true),
            ("e?h0", "eth0", true), ("e?h0", "eh0", false), ("en[0-9]", "en5", true),
            ("en[0-9]", "enx", false), ("en[!0-9]", "enx", true), ("en[!0-9]", "en5", false),
            ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXbYY", false),
            ("*a*a*a*a*b", "aaaaaaaaaaaaaaa", false),
            ("en[", "en[", true), ("[]]x", "]x", true), ("eth*0", "eth0", true), ("**", "", true),
        ])
    func patterns(_ pattern: String, _ name: String, _ matches: Bool) throws {
        #expect(try #require(InterfacePattern(pattern)).matches(name) == matches)
    }

    @Test(
        "no interface has such a name",
        arguments: ["", ".", "..", "a/b", "a b", "a:b", "sixteen-bytes-xx", "a\tb"])
    func impossible(_ text: String) { #expect(InterfacePattern(text) == nil) }

    @Test("an exact name is not a pattern")
    func exact() throws {
        #expect(try #require(InterfacePattern("eth0")).isExact)
        #expect(try !#require(InterfacePattern("eth?")).isExact)
    }

    @Test("the JSON of validate")
    func report() throws {
        let result = read("version: 1\nname: edge\nfilterz: {}\n")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(
            decoding: try encoder.encode(ValidationReport(result.diagnostics)), as: UTF8.self)
        #expect(
            json == #"{"diagnostics":[{"code":"unknown-key","column":1,"file":"policy.yaml","#
                + #""hint":"did you mean 'filters'?","line":3,"#
                + #""message":"unknown key 'filterz' in the policy","severity":"error"}],"sets":[],"#
                + #""version":1}"#
        )
        let whole = Diagnostic(
            code: "set-file-line", message: "m", location: SourceLocation(file: "f", line: 812))
        #expect(whole.description == "f:812: error: m")
        let data = try encoder.encode(ValidationReport([whole]))
        #expect(String(decoding: data, as: UTF8.self).contains(#""column":1"#))
        #expect(String(decoding: data, as: UTF8.self).contains(#""hint":null"#))
    }

    @Test("mapped IPv6 in a policy means IPv4")
    func mapped() throws {
        let rule =
            "{ name: a, match: { src: [\"::ffff:10.0.0.0/104\", \"::ffff:1.2.3.4\"] }, action: drop }"
        let policy = try #require(read(policyText(rules: [rule])).policy)
        let plain = rule.replacingOccurrences(of: "::ffff:10.0.0.0/104", with: "10.0.0.0/8")
            .replacingOccurrences(of: "::ffff:", with: "")
        #expect(read(policyText(rules: [plain])).policy == policy)
    }
}
