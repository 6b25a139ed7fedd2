import NetctlABI
import Testing

/// Swift's view of a struct beside the one of the BPF object.
private struct Layout: Sendable, CustomTestStringConvertible {
    let name: String
    let size: Int
    let stride: Int
    let offsets: [String: Int]

    var testDescription: String { name }

    init<Value>(_ name: String, of _: Value.Type, _ fields: [(String, PartialKeyPath<Value>)]) {
        self.name = name
        size = MemoryLayout<Value>.size
        stride = MemoryLayout<Value>.stride
        offsets = Dictionary(
            uniqueKeysWithValues: fields.map { ($0.0, MemoryLayout<Value>.offset(of: $0.1) ?? -1) })
    }
}

@Suite("Layouts")
struct LayoutTests {
    private static let layouts = [
        Layout(
            "netctl_counter", of: netctl_counter.self,
            [("packets", \.packets), ("bytes", \.bytes)]),
        Layout(
            "netctl_rule", of: netctl_rule.self,
            [
                ("verdict", \.verdict), ("needs", \.needs), ("limit_per", \.limit_per),
                ("logs", \.logs), ("slot", \.slot),
                ("limit_interval", \.limit_interval), ("limit_tolerance", \.limit_tolerance),
            ]),
        Layout(
            "netctl_bucket_key", of: netctl_bucket_key.self,
            [("slot", \.slot), ("address", \.address)]),
        Layout(
            "netctl_device_rule", of: netctl_device_rule.self,
            [
                ("kinds", \.kinds), ("major", \.major), ("minor", \.minor), ("access", \.access),
                ("allows", \.allows), ("verdict", \.verdict), ("slot", \.slot),
            ]),
        Layout(
            "netctl_net4", of: netctl_net4.self,
            [("entry", \.entry), ("first", \.first), ("count", \.count)]),
        Layout(
            "netctl_leaf4", of: netctl_leaf4.self,
            [
                ("inside", \.inside), ("class_inside", \.class_inside),
                ("class_outside", \.class_outside), ("reserved", \.reserved),
            ]),
        Layout(
            "netctl_block_key", of: netctl_block_key.self,
            [("high", \.high), ("low", \.low), ("length", \.length), ("family", \.family)]),
        Layout(
            "netctl_block_entry", of: netctl_block_entry.self,
            [
                ("expires", \.expires), ("packets", \.packets), ("bytes", \.bytes),
                ("added", \.added), ("reason", \.reason),
            ]),
        Layout(
            "netctl_block_guard", of: netctl_block_guard.self,
            [
                ("ipv4", \.ipv4), ("ipv6", \.ipv6), ("changing", \.changing),
                ("swept", \.swept), ("earliest", \.earliest), ("earliest_seen", \.earliest_seen),
                ("adding", \.adding), ("entries4", \.entries4),
                ("entries6", \.entries6),
            ]),
        Layout(
            "netctl_talker", of: netctl_talker.self,
            [
                ("high", \.high), ("low", \.low), ("packets", \.packets), ("before", \.before),
                ("bytes", \.bytes), ("dropped", \.dropped),
            ]),
        Layout(
            "netctl_talker_set", of: netctl_talker_set.self, [("talkers", \.talkers)]),
        Layout(
            "netctl_talkers_header", of: netctl_talkers_header.self,
            [("multipliers", \.multipliers), ("reserved", \.reserved)]),
        Layout(
            "netctl_lpm4_key", of: netctl_lpm4_key.self,
            [("prefixlen", \.prefixlen), ("address", \.address)]),
        Layout(
            "netctl_line6", of: netctl_line6.self,
            [("high", \.high), ("low", \.low), ("entry", \.entry), ("reserved", \.reserved)]),
        Layout(
            "netctl_length6", of: netctl_length6.self,
            [
                ("high_mask", \.high_mask), ("low_mask", \.low_mask),
                ("first_line", \.first_line), ("lines", \.lines), ("shorter", \.shorter),
                ("longer", \.longer), ("reserved", \.reserved),
            ]),
        Layout(
            "netctl_search6", of: netctl_search6.self,
            [
                ("seed", \.seed), ("class_of_all", \.class_of_all),
                ("first_length", \.first_length), ("length", \.length),
            ]),
        Layout(
            "netctl_socket", of: netctl_socket.self,
            [
                ("cookie", \.cookie), ("cgroup_id", \.cgroup_id), ("task_start", \.task_start),
                ("created", \.created), ("closed", \.closed), ("tgid", \.tgid), ("tid", \.tid),
                ("uid", \.uid), ("gid", \.gid), ("creator", \.creator), ("netns", \.netns),
                ("local_port", \.local_port), ("remote_port", \.remote_port),
                ("family", \.family), ("protocol", \.protocol), ("type", \.type),
                ("state", \.state), ("origin", \.origin), ("closed_in", \.closed_in),
                ("flags", \.flags), ("reserved", \.reserved), ("retransmits", \.retransmits),
                ("local", \.local), ("remote", \.remote), ("comm", \.comm),
            ]),
        Layout(
            "netctl_trace_process", of: netctl_trace_process.self,
            [
                ("time", \.time), ("kind", \.kind), ("netns", \.netns),
                ("task_start", \.task_start), ("cgroup_id", \.cgroup_id), ("tgid", \.tgid),
                ("parent", \.parent), ("uid", \.uid), ("status", \.status),
                ("arguments", \.arguments), ("arguments_kept", \.arguments_kept),
                ("comm", \.comm), ("file", \.file),
            ]),
        Layout(
            "netctl_trace_arguments", of: netctl_trace_arguments.self,
            [("process", \.process), ("arguments", \.arguments)]),
        Layout(
            "netctl_trace_socket", of: netctl_trace_socket.self,
            [
                ("time", \.time), ("kind", \.kind), ("netns", \.netns),
                ("duration", \.duration), ("lifetime", \.lifetime),
                ("bytes_sent", \.bytes_sent), ("bytes_received", \.bytes_received),
                ("cookie", \.cookie), ("error", \.error), ("reason", \.reason),
                ("local_port", \.local_port), ("remote_port", \.remote_port),
                ("family", \.family), ("old_state", \.old_state), ("state", \.state),
                ("how", \.how), ("local", \.local), ("remote", \.remote), ("owner", \.owner),
            ]),
        Layout(
            "netctl_trace_totals", of: netctl_trace_totals.self,
            [("sent", \.sent), ("lost", \.lost), ("filtered", \.filtered)]),
        Layout(
            "netctl_drop_key", of: netctl_drop_key.self,
            [
                ("netns", \.netns), ("reason", \.reason), ("sport", \.sport), ("dport", \.dport),
                ("family", \.family), ("protocol", \.protocol), ("reserved", \.reserved),
                ("src", \.src), ("dst", \.dst),
            ]),
        Layout(
            "netctl_drop", of: netctl_drop.self,
            [
                ("first", \.first), ("last", \.last), ("count", \.count),
                ("location", \.location), ("cookie", \.cookie), ("interface", \.interface),
                ("received", \.received), ("reserved", \.reserved),
            ]),
        Layout(
            "netctl_context_totals", of: netctl_context_totals.self,
            [("full", \.full), ("reserved", \.reserved)]),
        Layout(
            "netctl_event", of: netctl_event.self,
            [
                ("time", \.time), ("body", \.body), ("cgroup", \.cgroup), ("location", \.location),
                ("src_cookie", \.src_cookie), ("dst_cookie", \.dst_cookie),
                ("suppressed", \.suppressed), ("rule", \.rule), ("name", \.name),
                ("length", \.length), ("interface", \.interface), ("netns", \.netns),
                ("pid", \.pid), ("uid", \.uid), ("major", \.major), ("minor", \.minor),
                ("captured", \.captured), ("reason", \.reason), ("ethertype", \.ethertype),
                ("sport", \.sport), ("dport", \.dport), ("access", \.access), ("kind", \.kind),
                ("hook", \.hook), ("verdict", \.verdict), ("flags", \.flags), ("family", \.family),
                ("protocol", \.protocol), ("tcp_flags", \.tcp_flags), ("icmp_type", \.icmp_type),
                ("icmp_code", \.icmp_code), ("src_how", \.src_how), ("dst_how", \.dst_how),
                ("reserved", \.reserved), ("src", \.src), ("dst", \.dst), ("comm", \.comm),
            ]),
        Layout(
            "netctl_reader", of: netctl_reader.self,
            [
                ("interval", \.interval), ("tolerance", \.tolerance), ("cgroup", \.cgroup),
                ("active", \.active), ("owner", \.owner), ("sample", \.sample), ("hooks", \.hooks),
                ("verdicts", \.verdicts), ("reasons", \.reasons),
                ("kernel_reason", \.kernel_reason), ("name", \.name), ("netns", \.netns),
                ("captures", \.captures), ("port", \.port), ("family", \.family),
                ("reserved", \.reserved), ("address", \.address), ("mask", \.mask),
                ("reserved2", \.reserved2),
            ]),
        Layout(
            "netctl_event_count", of: netctl_event_count.self,
            [
                ("full_at", \.full_at), ("held", \.held), ("sent", \.sent),
                ("suppressed", \.suppressed), ("lost", \.lost), ("sampled", \.sampled),
            ]),
        Layout(
            "netctl_guard", of: netctl_guard.self,
            [
                ("bits", \.bits), ("cookie_offset", \.cookie_offset),
                ("task_tgid_offset", \.task_tgid_offset), ("task_comm_offset", \.task_comm_offset),
                ("task_cred_offset", \.task_cred_offset), ("cred_uid_offset", \.cred_uid_offset),
            ]),
        Layout(
            "netctl_rule_log", of: netctl_rule_log.self,
            [
                ("interval", \.interval), ("last", \.last), ("held", \.held), ("name", \.name),
                ("logs", \.logs), ("monitored", \.monitored), ("reserved", \.reserved),
            ]),
        Layout(
            "netctl_own_drop", of: netctl_own_drop.self,
            [
                ("packet", \.packet), ("time", \.time), ("readers", \.readers),
                ("reserved", \.reserved),
            ]),
    ]

    @Test("Swift and BPF agree on every field", arguments: layouts)
    fileprivate func layout(layout: Layout) throws {
        let compiled = try #require(BTF.object.get().structs[layout.name])
        #expect(compiled == BTF.Struct(size: layout.size, offsets: layout.offsets))
        // Padding at the end would be garbage in a key, and a gap in a batch.
        #expect(layout.stride == layout.size)
    }

    @Test("no struct of abi.h is left out")
    func complete() throws {
        let names = try Header.structs()
        #expect(!names.isEmpty)
        #expect(Set(names) == Set(Self.layouts.map(\.name)))
    }

    @Test("a dump is read field by field")
    func parser() throws {
        let btf = try BTF(
            text: """
                [1] PTR '(anon)' type_id=2
                [2] STRUCT 'pair' size=8 vlen=2
                \t'low' type_id=3 bits_offset=0
                \t'high' type_id=3 bits_offset=32
                [3] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
                [4] ENUM 'colour' encoding=UNSIGNED size=4 vlen=1
                \t'RED' val=7
                """)
        #expect(btf.structs == ["pair": BTF.Struct(size: 8, offsets: ["low": 0, "high": 4])])
    }
}
