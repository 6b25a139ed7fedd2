import BPF
import SystemPackage
import Testing

@Suite struct VerifierLogTests {
    @Test(.root, .clang) func `a rejected program says where and why`() throws {
        let error = try failure {
            _ = try OpenObject(image: Fixture.rejected.get(), name: "rejected").load()
        }
        #expect(error.code == .verifier)
        #expect(error.subject == "unchecked")
        #expect(error.errno == .permissionDenied)
        let log = try #require(error.verifierLog)
        #expect(log.cause.contains("offset is outside of the packet"))
        #expect(log.text.contains("invalid access to packet"))
        let lines = error.description.split(separator: "\n")
        #expect(
            lines[0].hasPrefix("load program unchecked: rejected by the verifier (EACCES): R"))
        #expect(lines[0].hasSuffix(" offset is outside of the packet"))
        #expect(lines[1].hasSuffix("return eth->h_proto;"))
        #expect(lines[2].contains(": (") && lines[2].contains("*(u8 *)"))
        #expect(lines[3].hasPrefix("  invalid access to packet, off=12 size=1"))
        #expect(lines[4].hasSuffix("omitted)"))
        #expect(lines.count == 5)
    }

    @Test(.root, .clang) func `loads that fail at the same time keep their logs apart`()
        async throws
    {
        let images = [try Fixture.rejected.get(), try Fixture.rejected.get(named: "uncheckee")]
        await withTaskGroup { group in
            for index in 0..<32 {
                group.addTask {
                    let name = index % 2 == 0 ? "unchecked" : "uncheckee"
                    let error = try? failure {
                        _ = try OpenObject(image: images[index % 2], name: "rejected").load()
                    }
                    #expect(error?.subject == name)
                    #expect(error?.verifierLog?.text.split(separator: "processed").count == 2)
                }
            }
        }
    }

    @Test(arguments: [" ", "\n"])
    func `a loop without an end is named, not the states that the verifier has met twice`(
        _ between: String
    ) {
        let log = VerifierLog(
            """
            0: R1=ctx() R10=fp0
            ; while (i < 100000000) i++; @ loop.bpf.c:6
            8: (c6) if w1 s< 0x5f5e100 goto pc-5\(between)infinite loop detected at insn 4
            cur state: R1=scalar() R10=fp0 fp-8=mmmm????
            old state: R1=scalar() R10=fp0 fp-8=mmmm????
            processed 24 insns (limit 1000000) max_states_per_insn 0 total_states 2 peak_states 2
            """)
        #expect(log.cause == "infinite loop detected at insn 4")
        #expect(
            log.excerpt.prefix(2) == [
                "loop.bpf.c:6:  while (i < 100000000) i++;",
                "8: (c6) if w1 s< 0x5f5e100 goto pc-5",
            ])
    }

    @Test func `the excerpt of a log of Linux 6.10 and later`() {
        let log = VerifierLog(
            """
            0: R1=ctx() R10=fp0
            ; void *data = (void *)(long)ctx->data; @ xdp_ingress.bpf.c:25
            0: (61) r7 = *(u32 *)(r1 +0)          ; R1=ctx() R7_w=pkt(r=0)
            ; __u32 key = eth->h_proto & 1023; @ xdp_ingress.bpf.c:29
            2: (69) r1 = *(u16 *)(r7 +12)
            invalid access to packet, off=12 size=2, R7(id=0,off=12,r=0)
            R7 offset is outside of the packet
            processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0
            """)
        #expect(log.cause == "R7 offset is outside of the packet")
        #expect(
            log.excerpt == [
                "xdp_ingress.bpf.c:29:  __u32 key = eth->h_proto & 1023;",
                "2: (69) r1 = *(u16 *)(r7 +12)",
                "invalid access to packet, off=12 size=2, R7(id=0,off=12,r=0)",
                "(4 lines omitted)",
            ])
    }

    @Test func `registers behind an instruction are left out, and old kernels name no file`() {
        let log = VerifierLog(
            """
            ; return *p;
            5: (71) r0 = *(u8 *)(r0 +0)   ; R0_w=scalar(umax=255)
            R0 invalid mem access 'map_value_or_null'
            processed 6 insns (limit 1000000)
            """)
        #expect(log.cause == "R0 invalid mem access 'map_value_or_null'")
        #expect(log.excerpt == ["return *p;", "5: (71) r0 = *(u8 *)(r0 +0)", "(1 line omitted)"])
    }

    @Test(
        arguments: [
            ("", "no reason given", []),
            ("unreachable insn 5", "unreachable insn 5", []),
            (
                "func#0 @0\nunreachable insn 5\nprocessed 0 insns\n", "unreachable insn 5",
                ["func#0 @0", "(1 line omitted)"]
            ),
            (
                "BPF program is too large. Processed 1000001 insn\nprocessed 1000001 insns (limit)",
                "BPF program is too large. Processed 1000001 insn", ["(1 line omitted)"]
            ),
        ] as [(String, String, [String])])
    func `short logs`(text: String, cause: String, excerpt: [String]) {
        let log = VerifierLog(text)
        #expect(log.cause == cause)
        #expect(log.excerpt == excerpt)
    }
}
