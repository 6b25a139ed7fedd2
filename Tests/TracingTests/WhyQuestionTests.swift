import NetTypes
import Testing

@testable import Tracing

@Suite("What netctl why is asked")
struct WhyQuestionTests {
    private static func end(_ address: String, _ port: UInt16) -> SocketRecord.Endpoint {
        guard let address = IPAddress(address) else { preconditionFailure(address) }
        return SocketRecord.Endpoint(address: address, port: port)
    }

    private static func resolve(_ name: String) -> [IPAddress] {
        name == "db.example" ? [end("192.0.2.7", 0).address, end("2001:db8::7", 0).address] : []
    }

    @Test func `names are resolved by this machine`() throws {
        let found = try HostNames.addresses(of: "localhost")
        #expect(found.contains(Self.end("127.0.0.1", 0).address))
        let error = #expect(throws: TracingError.self) {
            try HostNames.addresses(of: "no-such-host.invalid")
        }
        #expect(error?.description.hasPrefix("resolve name: no-such-host.invalid: ") == true)
    }

    @Test(arguments: [
        ("4711", WhyQuestion.process(4711)),
        ("203.0.113.5", .host([end("203.0.113.5", 0).address])),
        ("2001:db8::1", .host([end("2001:db8::1", 0).address])),
        ("[2001:db8::1]", .host([end("2001:db8::1", 0).address])),
        ("203.0.113.5:443", .end(addresses: [end("203.0.113.5", 0).address], port: 443)),
        ("[2001:db8::1]:443", .end(addresses: [end("2001:db8::1", 0).address], port: 443)),
        (":443", .end(addresses: nil, port: 443)),
        ("*:443", .end(addresses: nil, port: 443)),
        (
            "10.0.0.1:40000 to 10.0.0.2:443",
            .connection(end("10.0.0.1", 40000), end("10.0.0.2", 443))
        ),
        (
            "tcp 10.0.0.1:40000>10.0.0.2:443",
            .connection(end("10.0.0.1", 40000), end("10.0.0.2", 443))
        ),
        ("db.example", .host([end("192.0.2.7", 0).address, end("2001:db8::7", 0).address])),
        (
            "db.example:5432",
            .end(
                addresses: [end("192.0.2.7", 0).address, end("2001:db8::7", 0).address], port: 5432)
        ),
        ("udp 10.0.0.1:53", .end(addresses: [end("10.0.0.1", 0).address], port: 53)),
    ]) func read(text: String, question: WhyQuestion) {
        #expect(WhyQuestion(words: [text], resolve: Self.resolve) == question)
        #expect(
            WhyQuestion(
                words: text.split(separator: " ").map(String.init), resolve: Self.resolve)
                == question)
    }

    @Test(arguments: [
        "", "0", "-1", "we b", "10.0.0.256", "web:", "web:x", "a/b", "\u{1b}[1m", "10.0.0.1:0",
        "10.0.0.1:70000", "2001:db8::1:443:",
        "10.0.0.1:1 to", "to 10.0.0.1:1", "10.0.0.1 to 10.0.0.2", "10.0.0.1:1 10.0.0.2:2", "tcp",
    ]) func refused(text: String) {
        let words = text.split(separator: " ").map(String.init)
        #expect(WhyQuestion(words: words, resolve: Self.resolve) == nil)
    }
}
