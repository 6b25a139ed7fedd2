internal import Glibc
public import Testing

extension Trait where Self == ConditionTrait {
    /// For tests that give a process little address space: the address sanitizer takes terabytes of it.
    public static var limitsAddresses: Self {
        .disabled(if: hasAddressSanitizer, "the address sanitizer takes terabytes of addresses")
    }
}

private let hasAddressSanitizer = dlsym(nil, "__asan_init") != nil
