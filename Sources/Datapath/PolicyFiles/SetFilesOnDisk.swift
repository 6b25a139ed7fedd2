internal import LinuxSystem
internal import Policy

/// The set files of one reading of a policy, each with the digest of its text.
final class SetFilesOnDisk: SetFileSource {
    /// The digests, in the order of reading.
    private(set) var digests: [ContentDigest] = []
    /// The paths, in the same order, those that could not be opened included.
    private(set) var paths: [String] = []
    /// What they were when they were opened.
    private(set) var marks: [String: FileMark] = [:]
    private let progress: ((ReadingProgress) -> Void)?

    init(progress: ((ReadingProgress) -> Void)? = nil) { self.progress = progress }

    func open(_ path: String) throws -> any SetFileText {
        paths.append(path)
        let digest = ContentDigest()
        let stream = try SetFileStream(path, digest: digest, progress: progress)
        digests.append(digest)
        marks[path] = stream.mark
        return stream
    }
}
