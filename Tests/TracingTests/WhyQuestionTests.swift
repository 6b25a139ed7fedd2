import NetTypes
import Testing

@testable import Tracing

@Suite("What netctl why is asked")
struct WhyQuestionTests {
    private static func end(_ address: String, _ port: UInt16) -> SocketRecord.Endpoint {
        guard let address = IPAddress(address) else { preconditionFailure(address) }
        return SocketRecord.Endpoint(address: address, port: port)
    }

    @Test(arguments: [
        ("4711", WhyQuestion.process(4711)),
        ("203.0.113.5", .host(end("203.0.113.5", 0).address)),
        ("2001:db8::1", .host(end("2001:db8::1", 0).address)),
        ("[2001:db8::1]", .host(end("2001:db8::1", 0).address)),
        ("203.0.113.5:443", .end(address: end("203.0.113.5", 0).address, port: 443)),
        ("[2001:db8::1]:443", .end(address: end("2001:db8::1", 0).address, port: 443)),
        (":443", .end(address: nil, port: 443)),
        ("*:443", .end(address: nil, port: 443)),
        (
            "10.0.0.1:40000 to 10.0.0.2:443",
            .connection(end("10.0.0.1", 40000), end("10.0.0.2", 443))
        ),
        (
            "tcp 10.0.0.1:40000>10.0.0.2:443",
            .connection(end("10.0.0.1", 40000), end("10.0.0.2", 443))
        ),
        ("udp 10.0.0.1:53", .end(address: end("10.0.0.1", 0).address, port: 53)),
    ]) func read(text: String, question: WhyQuestion) {
        #expect(WhyQuestion(words: [text]) == question)
        #expect(WhyQuestion(words: text.split(separator: " ").map(String.init)) == question)
    }

    @Test(arguments: [
        "", "0", "-1", "web", "10.0.0.256", "10.0.0.1:0", "10.0.0.1:70000", "2001:db8::1:443:",
        "10.0.0.1:1 to", "to 10.0.0.1:1", "10.0.0.1 to 10.0.0.2", "10.0.0.1:1 10.0.0.2:2", "tcp",
    ]) func refused(text: String) {
        #expect(WhyQuestion(words: text.split(separator: " ").map(String.init)) == nil)
    }
}
