extension SourceText {
    /// Refuses what is not plain UTF-8 text, and says where.
    func checkEncoding() throws(Diagnostic) {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw failure("the file is UTF-16", hint: "save it as UTF-8", offset: 0)
        }
        if bytes.starts(with: [0x1F, 0x8B]) {
            throw failure("the file is compressed with gzip", hint: "unpack it", offset: 0)
        }
        if let offset = bytes.firstIndex(where: { Self.isControl($0) }) {
            let name = bytes[offset] == 0 ? "a NUL byte" : "a control character"
            let number = String(bytes[offset], radix: 16)
            throw failure(
                "\(name) (0x\(number.count < 2 ? "0" : "")\(number)) in the file",
                hint: "a policy is plain text", offset: offset)
        }
        if let offset = firstInvalidUTF8() {
            let number = String(bytes[offset], radix: 16)
            throw failure(
                "byte 0x\(number) is not UTF-8", hint: "save the file as UTF-8", offset: offset)
        }
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D) || byte == 0x7F
    }

    private func firstInvalidUTF8() -> Int? {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    private func failure(_ message: String, hint: String, offset: Int) -> Diagnostic {
        let (line, column) = position(of: offset)
        return Diagnostic(
            code: "encoding", message: message, hint: hint,
            location: SourceLocation(file: path, line: line, column: column))
    }
}
