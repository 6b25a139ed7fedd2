internal import CLibbpf

/// The version of libbpf that this process uses: `v1.1`.
public func libraryVersion() -> String {
    libbpf_version_string().map { String(cString: $0) } ?? "unknown"
}
