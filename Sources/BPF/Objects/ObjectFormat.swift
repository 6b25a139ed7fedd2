/// What the first bytes of a file say it is.
enum ObjectFormat {
    /// The kernel's number of the architecture, `EM_BPF`.
    private static let machineBPF: UInt16 = 247

    /// Why a file is no BPF object of this machine's byte order; `nil` if it looks like one.
    static func refusal(of image: [UInt8]) -> (reason: String, hint: String?)? {
        guard image.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            let isBitcode = image.starts(with: [0x42, 0x43, 0xc0, 0xde])
            return (
                image.isEmpty
                    ? "it is empty" : isBitcode ? "it is LLVM bitcode" : "it is no ELF object",
                "compile the source with 'clang -target bpf -g -O2 -c'"
            )
        }
        guard image.count >= 64 else { return ("its ELF header is cut", nil) }
        guard image[4] == 2, image[5] == 1 || image[5] == 2 else {
            return ("it is no 64-bit ELF object, as BPF objects are", nil)
        }
        let isLittle = image[5] == 1
        let machine =
            isLittle
            ? UInt16(image[18]) | UInt16(image[19]) << 8
            : UInt16(image[19]) | UInt16(image[18]) << 8
        guard machine == machineBPF else {
            return (
                "it is an object for \(names[machine] ?? "machine \(machine)"), not for BPF",
                "compile the source with 'clang -target bpf'"
            )
        }
        let hostIsLittle = UInt16(1).littleEndian == 1
        guard isLittle == hostIsLittle else {
            let order = isLittle ? "little" : "big"
            return ("it is for \(order)-endian processors, and this one is not", nil)
        }
        return nil
    }

    private static let names: [UInt16: String] = [
        3: "x86", 21: "PowerPC", 22: "s390", 40: "ARM", 62: "x86-64", 183: "AArch64",
        243: "RISC-V",
    ]
}
