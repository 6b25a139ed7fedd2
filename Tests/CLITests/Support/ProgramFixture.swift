import Foundation
import TestSupport

/// `Fixtures/*.bpf.c`: programs as others write them.
enum ProgramFixture {
    /// The path of a source.
    static func source(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/\(name).bpf.c").path
    }

    /// Compiles one with plain clang, as others would, and answers the object's path.
    static func object(
        _ name: String, in folder: borrowing TemporaryDirectory, _ flags: [String] = ["-g"]
    ) throws -> String {
        try compile(source(name), in: folder, to: "\(name).bpf.o", flags)
    }

    /// Compiles a source with plain clang.
    static func compile(
        _ source: String, in folder: borrowing TemporaryDirectory, to object: String,
        _ flags: [String] = ["-g"]
    ) throws -> String {
        #if arch(arm64)
            let headers = "/usr/include/aarch64-linux-gnu"
        #else
            let headers = "/usr/include/x86_64-linux-gnu"
        #endif
        try runChecked(
            ["clang", "-O2", "-target", "bpf", "-idirafter", headers] + flags
                + ["-c", source, "-o", folder.appending(object)])
        return folder.appending(object)
    }
}
