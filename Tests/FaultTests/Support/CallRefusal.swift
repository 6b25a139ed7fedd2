import BPF
import CLinuxShims
import Foundation
import SystemPackage
import TestSupport

/// A program on the kernel's hook in front of each bpf(2), `lsm/bpf`: it counts the calls of one thread and has the
/// kernel refuse one of them. Needs a kernel that takes programs as security modules (`CONFIG_BPF_LSM`, and `bpf`
/// in `/sys/kernel/security/lsm`).
struct CallRefusal: ~Copyable {
    /// What the program goes by, in its `.bss`.
    private struct Order: BitwiseCopyable {
        var thread: UInt32 = 0
        var calls: UInt32 = 0
        var nth: UInt32 = 0
        var answer: Int32 = 0
    }

    private let order: MappedArray<Order>
    private let link: Link

    /// Loads and attaches it.
    static func attached() throws -> CallRefusal {
        let directory = try TemporaryDirectory()
        let source = try directory.write(Self.source, to: "refusal.bpf.c")
        let object = "\(directory.path)/refusal.bpf.o"
        try runChecked(["clang", "-target", "bpf", "-O2", "-g", "-c", source, "-o", object])
        let image = Array(try Data(contentsOf: URL(filePath: object)))
        let loaded = try OpenObject(image: image, name: "refusal").load()
        return try CallRefusal(
            order: MappedArray(loaded.map(".bss"), access: .readWrite),
            link: Link.attachTracing(program: loaded.program("refuse_call")))
    }

    /// Whether this kernel takes it.
    static let isPossible: Bool = {
        do {
            _ = try attached()
            return true
        } catch {
            return false
        }
    }()

    /// Has a call of a body refused.
    ///
    /// - Parameters:
    ///   - nth: Which of the calls of the calling thread, from 1; 0 for none.
    ///   - error: What it is answered with.
    ///   - body: What makes the calls, on this thread.
    /// - Returns: Whether the body says that all was done, and how many calls there were.
    func inject(_ nth: Int, _ error: Errno, _ body: () throws -> Void) -> (isDone: Bool, calls: Int)
    {
        order[0] = Order(
            thread: UInt32(netctl_gettid()), nth: UInt32(nth), answer: -error.rawValue)
        var isDone = true
        do {
            try body()
        } catch {
            isDone = false
        }
        let calls = Int(order[0].calls)
        order[0] = Order()
        return (isDone, calls)
    }

    private static let source = """
        #define SEC(name) __attribute__((section(name), used))

        static unsigned long long (*const bpf_get_current_pid_tgid)(void) = (void *)14;

        struct {
            unsigned int thread, calls, nth;
            int answer;
        } order;

        SEC("lsm/bpf") int refuse_call(void *ctx)
        {
            if ((unsigned int)bpf_get_current_pid_tgid() != order.thread || ++order.calls != order.nth)
                return 0;
            long answer = order.answer;
            // What the verifier of Linux 6.12 lets a security module answer; clang must not make one comparison of two.
            if (answer < -4095)
                return -1;
            asm volatile("" : "+r"(answer));
            if (answer > 0)
                return -1;
            return answer;
        }

        char LICENSE[] SEC("license") = "GPL";
        """
}
