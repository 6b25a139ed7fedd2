internal import CLibxxhash

/// The XXH3 hash, of 128 bits, of what comes in pieces: tells contents apart, not meant to withstand
/// who crafts them; a policy is root's.
final class ContentDigest {
    // SAFETY: made by `XXH3_createState`, which aligns it, and freed once, by `deinit`.
    private let state: OpaquePointer

    init() {
        guard let state = XXH3_createState() else { fatalError("XXH3: out of memory") }
        self.state = state
        XXH3_128bits_reset(state)
    }

    convenience init(_ text: String) {
        self.init()
        Array(text.utf8).withUnsafeBytes { update($0) }
    }

    deinit { XXH3_freeState(state) }

    /// Adds bytes.
    func update(_ bytes: UnsafeRawBufferPointer) {
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// The hash of all bytes so far: 32 hexadecimal digits.
    var text: String {
        let hash = XXH3_128bits_digest(state)
        return [hash.high64, hash.low64].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
