/// The text of a set file, read in pieces: no file is ever in memory as a whole.
public protocol SetFileText: AnyObject {
    /// Reads what comes next.
    ///
    /// - Parameter buffer: Where to; never empty.
    /// - Returns: How many bytes were written to its beginning; 0 at the end of the text.
    /// - Throws: An error whose description, as a diagnostic of the set file, says why not.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int

    /// Goes back to the beginning of the text.
    func rewind() throws
}
