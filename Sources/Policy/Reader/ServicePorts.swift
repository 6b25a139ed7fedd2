/// The numbers of well-known services, for the error that a named port is.
enum ServicePorts {
    /// The port of a service in /etc/services, or nil.
    static func number(of name: String) -> UInt16? { table[name.lowercased()] }

    private static let table: [String: UInt16] = [
        "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "time": 37, "whois": 43,
        "tacacs": 49, "domain": 53, "dns": 53, "bootps": 67, "bootpc": 68, "tftp": 69,
        "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88, "pop3": 110,
        "sunrpc": 111, "portmapper": 111, "nntp": 119, "ntp": 123, "netbios-ns": 137,
        "netbios-dgm": 138, "netbios-ssn": 139, "imap": 143, "imap2": 143, "snmp": 161,
        "snmp-trap": 162, "snmptrap": 162, "bgp": 179, "irc": 194, "ldap": 389, "https": 443,
        "microsoft-ds": 445, "smb": 445, "submissions": 465, "smtps": 465, "isakmp": 500,
        "syslog": 514, "submission": 587, "ipp": 631, "ldaps": 636, "rsync": 873, "ftps": 990,
        "imaps": 993, "pop3s": 995, "socks": 1080, "openvpn": 1194, "ms-sql-s": 1433,
        "mssql": 1433, "radius": 1812, "radius-acct": 1813, "nfs": 2049, "mysql": 3306,
        "rdp": 3389, "ms-wbt-server": 3389, "vxlan": 4789, "sip": 5060, "sips": 5061,
        "mdns": 5353, "postgresql": 5432, "postgres": 5432, "amqp": 5672, "vnc": 5900,
        "x11": 6000, "redis": 6379, "kube-apiserver": 6443, "http-alt": 8080, "kafka": 9092,
        "git": 9418, "memcached": 11_211, "mongodb": 27_017, "wireguard": 51_820,
    ]
}
