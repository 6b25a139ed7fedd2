import Foundation
import TestSupport
import Testing

/// Packets and bytes in JSON.
struct CountDocument: Decodable, Equatable {
    let packets: UInt64
    let bytes: UInt64
}

/// `netctl stats -o json`, as the contract describes it.
struct StatsDocument: Decodable {
    struct Entry: Decodable {
        let interface: String
        let netns: String?
        let hook: String
        let mode: String?
        let policy: String?
        let filter: String?
        let verdicts: [String: CountDocument]
        let would_drop: CountDocument
        let reasons: [String: CountDocument]
        let rules: [Rule]
        let sets: [NamedSet]
    }

    struct Rule: Decodable {
        let name: String
        let action: String
        let packets: UInt64
        let bytes: UInt64
        let would_drop: UInt64
    }

    struct NamedSet: Decodable {
        let name: String
        let rules: [String]
        let packets: UInt64
        let bytes: UInt64
    }

    let version: Int
    let attachments: [Entry]
}

/// `netctl status -o json`, as the contract describes it.
struct StatusDocument: Decodable {
    struct Entry: Decodable {
        let interface: String?
        let netns: String?
        let cgroup: String?
        let hook: String
        let mode: String?
        let policy: String?
        let filter: String?
        let digest: String?
        let program_id: UInt32
        let link_id: UInt32?
        let chain: [UInt32]
        let attached_at: String
        let state: String
    }

    struct Foreign: Decodable {
        let interface: String?
        let cgroup: String?
        let hook: String
        let program_id: UInt32
        let name: String?
    }

    struct Issue: Decodable {
        let code: String
        let message: String
        let hint: String?
    }

    let version: Int
    let attachments: [Entry]
    let foreign: [Foreign]
    let problems: [Issue]

    /// What netctl says now.
    static func now() throws -> StatusDocument {
        try document("status")
    }

    /// The attachment of an interface.
    func entry(_ interface: String) throws -> Entry {
        try #require(attachments.first { $0.interface == interface }, "\(interface) in \(self)")
    }
}

/// Runs a netctl command that must succeed, and reads its JSON.
func document<Document: Decodable>(
    _ arguments: String..., as type: Document.Type = Document.self
) throws -> Document {
    let text = try runChecked([Netctl.path] + arguments + ["-o", "json"])
    return try JSONDecoder().decode(type, from: Data(text.utf8))
}

/// The keys of a JSON object, nulls included; `path` leads through objects and first elements.
func keys(_ json: String, _ path: String...) throws -> Set<String> {
    var value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    for step in path {
        let object = try #require(value as? [String: Any])
        value = try #require(object[step])
        if let list = value as? [Any] { value = try #require(list.first) }
    }
    return Set(try #require(value as? [String: Any]).keys)
}

/// The same command fails with this status and these words on standard error, nothing is printed as a
/// result, and what is attached stays as it was.
func expectRefusal(
    _ arguments: [String], status: Int32, _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let before = try netctl("status", "-o", "json").stdout
    let result = try run([Netctl.path] + arguments, limit: .seconds(120))
    #expect(result.status == status, "\(arguments): \(result)", sourceLocation: sourceLocation)
    #expect(result.stdout == "", "\(arguments)", sourceLocation: sourceLocation)
    for word in words {
        #expect(
            result.stderr.contains(word), "\(arguments): \(result)", sourceLocation: sourceLocation)
    }
    let after = try netctl("status", "-o", "json").stdout
    #expect(after == before, "\(arguments)", sourceLocation: sourceLocation)
}

/// The command succeeds, and says these words.
@discardableResult
func expectSuccess(
    _ arguments: [String], _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) throws -> CommandResult {
    let result = try run([Netctl.path] + arguments, limit: .seconds(120))
    #expect(result.status == 0, "\(arguments): \(result)", sourceLocation: sourceLocation)
    for word in words {
        #expect(
            (result.stdout + result.stderr).contains(word), "\(arguments): \(result)",
            sourceLocation: sourceLocation)
    }
    return result
}
