import Testing

@testable import PolicyCompiler

/// A sentence of the documentation, a frame, and what is to happen to it.
struct JudgementRow: Sendable, CustomTestStringConvertible {
    let sentence: String
    let frame: [UInt8]
    /// As `ReferenceInterpreter.Judgement` writes it: `drop (rule telnet), counted by seen`.
    let judgement: String

    init(_ sentence: String, _ frame: [UInt8], _ judgement: String) {
        self.sentence = sentence
        self.frame = frame
        self.judgement = judgement
    }

    var testDescription: String { sentence }

    /// What the interpreter says, and the tables.
    func judgements(of filter: WrittenFilter) throws -> [String] {
        let walker = TableWalker(try filter.compiled())
        let packet = SeenPacket(frame)
        return [filter.interpreter.judge(packet).description, walker.judge(packet).description]
    }

    /// What both are to say.
    var expected: [String] { [judgement, judgement] }
}
