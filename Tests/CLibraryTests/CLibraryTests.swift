import CLibbpf
import CLibelf
import CLibmnl
import CLibxdp
import CLibxxhash
import CZlib
import Testing

/// Each C library is found by pkg-config, imported and linked: one call of each says so.
@Suite struct CLibraryTests {
    @Test func libbpf() {
        #expect(libbpf_major_version() >= 1)
    }

    @Test func libelf() {
        #expect(elf_version(UInt32(EV_CURRENT)) == UInt32(EV_CURRENT))
    }

    @Test func libmnl() {
        #expect(mnl_nlmsg_size(4) == 20)
    }

    @Test func libxdp() {
        var text = [CChar](repeating: 0, count: 64)
        #expect(libxdp_strerror(-2, &text, text.count) == 0)
        #expect(text[0] != 0)
    }

    @Test func libxxhash() {
        // The hash of nothing, from xxHash's own documentation of XXH3_128bits.
        let hash = XXH3_128bits(nil, 0)
        #expect(hash.high64 == 0x99aa_06d3_0147_98d8)
        #expect(hash.low64 == 0x6001_c324_468d_497f)
    }

    @Test func zlib() {
        // CRC-32 of the check string, as every catalogue of CRCs has it.
        let check = Array("123456789".utf8)
        #expect(crc32(0, check, UInt32(check.count)) == 0xcbf4_3926)
    }
}
