internal import Glibc
public import Testing

extension Trait where Self == ConditionTrait {
    /// For tests that give a process little address space: a sanitizer takes terabytes of it.
    public static var limitsAddresses: Self {
        .disabled(if: hasSanitizer, "a sanitizer takes terabytes of addresses")
    }
}

private let hasSanitizer = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
