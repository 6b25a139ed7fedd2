import Foundation
import NetTypes

/// A policy that drops what a set file lists, in a folder of its own.
struct SetFile {
    /// The policy file.
    let policy: String

    /// Writes both files, in no order; another seed gives another digest.
    init(lines: Int, seed: UInt64, in folder: URL) throws {
        let prefixes = RandomSet.ipv4(lines, flows: 0, seed: seed).prefixes
        var random = Randomness(seed: seed)
        var text = ""
        for prefix in prefixes.shuffled(using: &random) {
            text += prefix.length == 32 ? "\(prefix.address)\n" : "\(prefix)\n"
        }
        let name = "set-\(lines)-\(seed)"
        try Data(text.utf8).write(to: folder.appending(path: "\(name).txt"))
        let policy = folder.appending(path: "\(name).yaml")
        try Data(
            """
            version: 1
            name: bench
            sets:
              block: { file: \(name).txt }
            filters:
              inbound:
                default: pass
                rules:
                  - { name: block, match: { src: "@block" }, action: drop }

            """.utf8
        ).write(to: policy)
        self.policy = policy.path
    }
}
