/// Reads policy files into a ``Policy``, and says all that is wrong with them.
public enum PolicyReader {
    /// Reads the files of one policy.
    ///
    /// Nothing is opened here: policy files come as bytes, and set files from `setFiles`, once each,
    /// one after the other. Whatever the bytes are, time and memory are bounded by their size and by
    /// ``PolicyLimits``.
    ///
    /// - Parameters:
    ///   - sources: The policy files, of which exactly one has `name`.
    ///   - setFiles: Where set files are.
    /// - Returns: The policy if there is no error, and all errors and warnings.
    public static func read(
        _ sources: [PolicySource], setFiles: any SetFileSource
    ) -> ReadResult {
        var run = PolicyRun(sources: sources)
        return run.result(setFiles)
    }

    /// Reads the files of one policy whose set files are in memory.
    ///
    /// - Parameters:
    ///   - sources: The policy files, of which exactly one has `name`.
    ///   - setFile: Gives the bytes of a set file; its error's description ends up in the diagnostic.
    /// - Returns: The policy if there is no error, and all errors and warnings.
    public static func read(
        _ sources: [PolicySource], setFile: (_ path: String) throws -> [UInt8]
    ) -> ReadResult {
        withoutActuallyEscaping(setFile) { setFile in
            read(sources, setFiles: SetFilesInMemory(bytes: setFile))
        }
    }
}
