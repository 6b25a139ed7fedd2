internal import CLibmnl

extension NetlinkSocket {
    /// Puts an XDP program on an interface, or removes the one that is there, without a link.
    ///
    /// Such an attachment has no owner and lasts until somebody replaces it. Our own programs
    /// are attached by `bpf_link`; this is for asking the kernel why it refuses a mode (the
    /// error carries its sentence) and for playing a foreign tool in tests.
    ///
    /// The corresponding message is `RTM_SETLINK` with `IFLA_XDP`.
    ///
    /// - Parameters:
    ///   - interfaceIndex: The interface, in the socket's namespace.
    ///   - descriptor: The program, or nil to remove the one attached.
    ///   - flags: The mode, and what to do if there is a program already.
    ///   - expected: The program that must be there now, else `EEXIST`; nil: whatever is
    ///     there. Since Linux 5.7.
    /// - Throws: ``NetlinkError`` with the kernel's sentence in ``NetlinkError/extack``:
    ///   `EBUSY` if a link holds the interface or, with `.onlyIfNone`, a program does.
    public mutating func setXDP(
        interfaceIndex: UInt32, descriptor: Int32?, flags: XDPFlags = [], expected: Int32? = nil
    ) throws(NetlinkError) {
        var message = MessageBuilder.link(
            type: Int32(RTM_SETLINK), flags: NLM_F_ACK, index: interfaceIndex)
        message.nest(Int(IFLA_XDP)) { xdp in
            xdp.attribute(Int(IFLA_XDP_FD), descriptor ?? -1)
            let all = expected == nil ? flags : flags.union(.replace)
            xdp.attribute(Int(IFLA_XDP_FLAGS), all.rawValue)
            if let expected { xdp.attribute(Int(IFLA_XDP_EXPECTED_FD), expected) }
        }
        do {
            _ = try request(message)
        } catch {
            let attempt = descriptor == nil ? "remove XDP program" : "attach XDP program"
            throw error.error(attempt, "interface \(interfaceIndex)")
        }
    }
}
