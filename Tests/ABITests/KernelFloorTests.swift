import BPFObjects
import Testing

/// The programs ask the kernel for nothing that Linux 5.15 lacks.
@Suite("Kernel floor")
struct KernelFloorTests {
    private static let objects = [
        BPFObjects.xdp, BPFObjects.tc, BPFObjects.cgroupSkb, BPFObjects.cgroupDevice,
        BPFObjects.socketContext, BPFObjects.socketState, BPFObjects.socketScan,
        BPFObjects.drops, BPFObjects.reader,
        BPFObjects.socketHistory, BPFObjects.socketAccept, BPFObjects.socketUse,
        BPFObjects.programUse,
    ]

    /// The helpers that programs may call, `enum bpf_func_id`, and since when the kernel has them.
    private static let helpers: [Int32: (name: String, since: (Int, Int))] = [
        1: ("bpf_map_lookup_elem", (3, 19)), 2: ("bpf_map_update_elem", (3, 19)),
        3: ("bpf_map_delete_elem", (3, 19)),
        5: ("bpf_ktime_get_ns", (4, 1)), 8: ("bpf_get_smp_processor_id", (4, 1)),
        12: ("bpf_tail_call", (4, 2)), 23: ("bpf_redirect", (4, 4)),
        14: ("bpf_get_current_pid_tgid", (4, 2)), 35: ("bpf_get_current_task", (4, 8)),
        84: ("bpf_sk_lookup_tcp", (4, 20)), 85: ("bpf_sk_lookup_udp", (4, 20)),
        86: ("bpf_sk_release", (4, 20)), 98: ("bpf_get_listener_sock", (5, 1)),
        130: ("bpf_ringbuf_output", (5, 8)), 134: ("bpf_ringbuf_query", (5, 8)),
        26: ("bpf_skb_load_bytes", (4, 5)), 51: ("bpf_redirect_map", (4, 14)),
        46: ("bpf_get_socket_cookie", (4, 12)),
        68: ("bpf_skb_load_bytes_relative", (4, 18)),
        107: ("bpf_sk_storage_get", (5, 2)), 113: ("bpf_probe_read_kernel", (5, 5)),
        115: ("bpf_probe_read_kernel_str", (5, 5)),
        125: ("bpf_ktime_get_boot_ns", (5, 8)), 127: ("bpf_seq_write", (5, 7)),
        158: ("bpf_get_current_task_btf", (5, 11)), 162: ("bpf_sock_from_file", (5, 11)),
        188: ("bpf_xdp_get_buff_len", (5, 18)), 189: ("bpf_xdp_load_bytes", (5, 18)),
    ]

    /// Called only where `multi_buffer` is set, which the control plane does after the kernel has
    /// taken a program with BPF_F_XDP_HAS_FRAGS: of the same version. The verifier removes the rest.
    private static let behindMultiBuffer: Set<Int32> = [188, 189]

    @Test("every helper is known and as old, and no kernel function is called")
    func calls() throws {
        for object in Self.objects {
            let found = try Instructions(object)
            #expect(!found.callsKernelFunctions, "\(object.name)")
            #expect(found.helpers.contains(1), "\(object.name) looks into no map: not read right")
            for id in found.helpers.subtracting(Self.behindMultiBuffer) {
                let helper = try #require(
                    Self.helpers[id], "\(object.name) calls helper \(id): since which kernel?")
                #expect(helper.since <= (5, 15), "\(object.name) calls \(helper.name)")
            }
        }
    }

    @Test("only XDP has helpers that older kernels lack, and those of multi-buffer frames")
    func optional() throws {
        for object in Self.objects {
            let newer = try Instructions(object).helpers.filter { id in
                Self.helpers[id].map { $0.since > (5, 15) } ?? false
            }
            #expect(newer == ("\(object.name)" == "xdp" ? Self.behindMultiBuffer : []))
        }
    }
}
