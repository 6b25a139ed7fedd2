import Foundation

/// `ip -statistics -json link show`.
enum InterfaceCounters {
    private struct Link: Decodable {
        let stats64: Statistics
    }
    private struct Statistics: Decodable {
        let rx: Direction
    }
    private struct Direction: Decodable {
        let packets: UInt64
    }

    static func received(_ text: String) throws -> UInt64 {
        guard let link = try JSONDecoder().decode([Link].self, from: Data(text.utf8)).first else {
            throw BenchError("ip link show: no interface")
        }
        return link.stats64.rx.packets
    }
}

/// `netctl stats -o json`.
enum NetctlCounters {
    private struct Document: Decodable {
        let attachments: [Attachment]
    }
    private struct Attachment: Decodable {
        let verdicts: [String: Count]
    }
    private struct Count: Decodable {
        let packets: UInt64
    }

    static func dropped(_ text: String) throws -> UInt64 {
        let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
        guard let drop = document.attachments.first?.verdicts["drop"] else {
            throw BenchError("netctl stats: no attachment with verdict 'drop'")
        }
        return drop.packets
    }
}

/// What peers print for people, the one number that is looked for.
enum PeerCounters {
    /// `nft list counter`: `packets 12 bytes 600`.
    static func nft(_ text: String) throws -> UInt64 {
        try number(behind: ["packets"], in: text, "nft list counter")
    }

    /// `xdp-filter status`: `  XDP_DROP   12 pkts   1 KiB`.
    static func xdpFilter(_ text: String) throws -> UInt64 {
        try number(behind: ["XDP_DROP"], in: text, "xdp-filter status")
    }

    /// `iptables -t raw -nvxL PREROUTING`: the packets of the first rule that drops.
    static func iptables(_ text: String) throws -> UInt64 {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 2, words[2] == "DROP", let packets = UInt64(words[0]) {
                return packets
            }
        }
        throw BenchError("iptables -L: no rule that drops")
    }

    private static func number(
        behind words: [Substring], in text: String, _ command: String
    ) throws -> UInt64 {
        let found = text.split(whereSeparator: \.isWhitespace)
        for place in found.indices where found[place...].starts(with: words) {
            let next = place + words.count
            if next < found.count, let number = UInt64(found[next].filter { $0 != "," }) {
                return number
            }
        }
        throw BenchError("\(command): no number behind '\(words.joined(separator: " "))'")
    }
}
