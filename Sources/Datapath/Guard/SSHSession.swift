internal import LinuxSystem
package import NetTypes

/// The session of SSH that this command runs in, as sshd tells the commands that it runs.
package struct SSHSession {
    /// The address at the other end. A zone is no part of what packets carry.
    package let peer: IPAddress
    /// Both ends, where they are told.
    let connection: ManagementSession?

    /// Nil outside of a session.
    package static var current: SSHSession? {
        InheritedVariable.value(of: ["SSH_CONNECTION", "SSH_CLIENT"]).flatMap(Self.init)
    }

    /// Reads `SSH_CONNECTION`, `192.0.2.7 51514 192.0.2.1 22`, or the shorter `SSH_CLIENT`,
    /// `192.0.2.7 51514 22`.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, let peer = Self.address(first) else { return nil }
        self.peer = peer
        guard words.count == 4, let remotePort = UInt16(words[1]), let port = UInt16(words[3]),
            let local = Self.address(words[2])
        else {
            connection = nil
            return
        }
        connection = ManagementSession(
            local: ManagementSession.End(address: local, port: port),
            remote: ManagementSession.End(address: peer, port: remotePort))
    }

    private static func address(_ word: Substring) -> IPAddress? {
        IPAddress(word.split(separator: "%").first ?? "")?.unmapped
    }
}
