import Policy

extension FuzzInput {
    /// A policy file. One that is accepted can be written, and means the same when it is read again.
    static let policy = FuzzInput(name: "policy") { bytes in
        let result = read(bytes)
        require(
            (result.policy == nil) == result.hasErrors, "a policy has no errors, or there is none")
        guard let policy = result.policy else { return }
        let text = PolicyWriter.write(policy)
        let again = read(Array(text.utf8))
        require(!again.hasErrors, "what is written can be read:\n\(text)")
        let rewritten = again.policy.map { PolicyWriter.write($0) }
        require(rewritten == text, "writing and reading agree:\n\(text)")
    }

    private static func read(_ bytes: [UInt8]) -> ReadResult {
        PolicyReader.read([PolicySource(path: "policy.yaml", bytes: bytes)]) { _ in
            Array("192.0.2.0/24\n2001:db8::1\n".utf8)
        }
    }
}
