/// Reads policy files into a ``Policy``, and says all that is wrong with them.
public enum PolicyReader {
    /// Reads the files of one policy.
    ///
    /// Nothing is opened here: policy files come as bytes, and set files through `setFile`, once
    /// each. Whatever the bytes are, time and memory are bounded by their size and by
    /// ``PolicyLimits``.
    ///
    /// - Parameters:
    ///   - sources: The policy files, of which exactly one has `name`.
    ///   - setFile: Gives the bytes of a set file; the path is relative to what the policy file's
    ///     own path is relative to. Its error's description ends up in the diagnostic.
    /// - Returns: The policy if there is no error, and all errors and warnings.
    public static func read(
        _ sources: [PolicySource], setFile: (_ path: String) throws -> [UInt8]
    ) -> ReadResult {
        withoutActuallyEscaping(setFile) { setFile in
            var run = PolicyRun(sources: sources)
            return run.result(setFile: setFile)
        }
    }
}
