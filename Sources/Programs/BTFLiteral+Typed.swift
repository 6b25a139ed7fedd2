public import BPF
internal import Foundation

extension BTFLiteral {
    /// Reads a value as it is typed: JSON where it begins with `{`, `[` or `"`, else a word.
    ///
    /// - Throws: ``ProgramsError`` when it begins like JSON and is none.
    public init(typed text: String) throws(ProgramsError) {
        guard let first = text.first(where: { !$0.isWhitespace }), "{[\"".contains(first) else {
            self = .word(text)
            return
        }
        do {
            self = try JSONDecoder().decode(Parsed.self, from: Data(text.utf8)).literal
        } catch {
            throw ProgramsError(
                "read value", text, "it begins like JSON and is none",
                hint: "'{\"packets\": 1}' names members, '[1, 2]' elements")
        }
    }

    private struct Parsed: Decodable {
        let literal: BTFLiteral

        init(from decoder: any Decoder) throws {
            if let container = try? decoder.container(keyedBy: Key.self) {
                let pairs = try container.allKeys.map {
                    ($0.stringValue, try container.decode(Parsed.self, forKey: $0).literal)
                }
                literal = .fields(Dictionary(uniqueKeysWithValues: pairs))
                return
            }
            if var list = try? decoder.unkeyedContainer() {
                var elements: [BTFLiteral] = []
                while !list.isAtEnd { elements.append(try list.decode(Parsed.self).literal) }
                literal = .list(elements)
                return
            }
            let value = try decoder.singleValueContainer()
            if let flag = try? value.decode(Bool.self) {
                literal = .word("\(flag)")
            } else if let number = try? value.decode(Int64.self) {
                literal = .word("\(number)")
            } else if let number = try? value.decode(UInt64.self) {
                literal = .word("\(number)")
            } else if let number = try? value.decode(Double.self) {
                literal = .word("\(number)")
            } else {
                literal = .word(try value.decode(String.self))
            }
        }

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }
}
