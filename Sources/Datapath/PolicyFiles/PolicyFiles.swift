internal import Glibc
internal import LinuxSystem
public import Policy
internal import SystemPackage

/// The files of one policy, read from disk: what is parsed is what is hashed.
public struct PolicyFiles: Sendable {
    /// The files, folders resolved.
    public let sources: [PolicySource]
    /// What the files were when they were opened, by their paths.
    private let marks: [String: FileMark]

    /// A policy file over this is refused; one byte more is read, to see that.
    private static let sizeMax = 2 << 20

    /// Reads policy files; of a folder, those that end in .yaml, .yml or .json, by name.
    ///
    /// - Parameters:
    ///   - paths: The files and folders.
    ///   - waits: Whether one of `paths` may be a pipe or a device, which is waited for; in folders none is
    ///     read.
    /// - Throws: ``DatapathError`` for a file that cannot be read.
    public init(_ paths: [String], waiting waits: Bool = true) throws(DatapathError) {
        var sources: [PolicySource] = []
        var marks: [String: FileMark] = [:]
        for path in paths {
            for file in try Self.files(path) {
                do {
                    if file != path || !waits {
                        try ReadFailure.refuseIrregular(file, "a policy file")
                    }
                    let opened = try OwnedDescriptor.open(file)
                    marks[file] = try FileMark(of: opened)
                    let bytes = try opened.readAll(atMost: Self.sizeMax + 1)
                    sources.append(PolicySource(path: file, bytes: bytes))
                } catch {
                    throw DatapathError("read policy", file, "\(ReadFailure(error))")
                }
            }
        }
        self.sources = sources
        self.marks = marks
    }

    /// Parses and checks them, and the set files that they name.
    ///
    /// - Parameter progress: Called now and then while a set file is read.
    /// - Returns: The diagnostics, and without errors among them the policy.
    public func read(progress: ((ReadingProgress) -> Void)? = nil) -> PolicyReading {
        let setFiles = SetFilesOnDisk(progress: progress)
        var result = PolicyReader.read(sources, setFiles: setFiles)
        result.refuseMissingPrograms()
        let revision = result.policy.map {
            PolicyRevision($0, setFiles: setFiles.digests, folder: folder)
        }
        return PolicyReading(
            result: result, revision: revision, setFiles: setFiles.paths,
            marks: marks.merging(setFiles.marks) { first, _ in first })
    }

    /// The one folder that all files are in, as an absolute path.
    private var folder: String? {
        let folders = Set(sources.map { FilePath($0.path).removingLastComponent() })
        guard folders.count == 1, let folder = folders.first else { return nil }
        guard folder.isRelative else { return folder.string }
        guard let current = getcwd(nil, 0) else { return nil }
        defer { free(current) }
        return FilePath(String(cString: current)).pushing(folder).string
    }

    private static func files(_ path: String) throws(DatapathError) -> [String] {
        let names: [String]
        do throws(Errno) {
            names = try Directory.entries(at: path)
        } catch .notDirectory {
            return [path]
        } catch {
            throw DatapathError("read policy", path, error.sentence, errno: error)
        }
        let files = names.filter { name in
            [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } && !name.hasPrefix(".")
        }
        guard !files.isEmpty else {
            throw DatapathError(
                "read policy", path, "the folder holds no .yaml, .yml or .json file",
                errno: .noSuchFileOrDirectory)
        }
        return files.sorted().map { FilePath(path).appending($0).string }
    }
}

extension ReadResult {
    /// Reports files of users' programs that are not there. What is in them, and what clang says of a
    /// source, is seen when the policy is applied.
    fileprivate mutating func refuseMissingPrograms() {
        for program in policy?.attach?.compactMap(\.program) ?? [] {
            let reason: String
            do throws(Errno) {
                let kind = try FileState(path: program.file).kind
                if kind == .regular { continue }
                reason = "it is \(kind.rawValue)"
            } catch {
                reason = "\(error.sentence) (\(error.symbol))"
            }
            diagnostics.append(
                Diagnostic(
                    code: "program-file",
                    message: "cannot read program '\(program.path)': \(reason)",
                    location: program.location))
        }
        if hasErrors { policy = nil }
    }
}
