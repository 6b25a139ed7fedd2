import Foundation
import PackagePlugin

/// Compiles every `bpf/*.bpf.c` with clang and embeds the object as a Swift source, so that the
/// installed binary needs no file beside it. `BPF_CLANG` names another clang.
///
/// A target with a `bpf` folder of its own gets what is in there, the others the package's.
@main
struct BPFCompile: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) async throws -> [Command] {
        let root = context.package.directoryURL
        let own = target.directoryURL.appending(path: "bpf")
        let hasOwn = FileManager.default.fileExists(atPath: own.path)
        let bpf = hasOwn ? own : root.appending(path: "bpf")
        let script = root.appending(path: "scripts/embed-bpf.sh")
        let headers =
            try hasOwn
            ? files(in: own)
            : ["lib", "include/netctl"].flatMap { try files(in: bpf.appending(path: $0)) }
        let clang =
            if let path = ProcessInfo.processInfo.environment["BPF_CLANG"] {
                URL(filePath: path)
            } else {
                try context.tool(named: "clang").url
            }
        return try files(in: bpf).filter { $0.lastPathComponent.hasSuffix(".bpf.c") }.map {
            source in
            let name = source.lastPathComponent.replacing(".bpf.c", with: "")
            let output = context.pluginWorkDirectoryURL.appending(path: "\(name).bpf.swift")
            return .buildCommand(
                displayName: "BPF \(source.lastPathComponent)", executable: script,
                arguments: [clang.path, source.path, output.path] + (hasOwn ? ["BPFObjects"] : []),
                inputFiles: [source, script] + headers, outputFiles: [output])
        }
    }

    /// The files of one folder, in name order; a header that changes rebuilds every object.
    private func files(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }
}
