extension NetworkNamespace {
    /// Runs a closure inside every network namespace that can be found: the caller's, those with a
    /// name in `/run/netns`, and those that a process is in.
    ///
    /// - Parameter body: Runs on the calling thread, once in each; for one that may not be entered it
    ///   does not run.
    /// - Throws: ``SystemError`` when `/proc` cannot be read.
    public static func forEach(_ body: (NetworkNamespace) -> Void) throws(SystemError) {
        _ = try first { handle in
            try? handle.perform { body(handle.namespace) }
            return false
        }
    }
}
