import Foundation
import NetTypes

/// Packets dropped on an interface, by every drop point, in one interleaved run.
struct VethCost {
    private struct Row {
        let name: String
        let entries: Int?
        let receiver: Receiver?
        let installed: Installed?
        let generator: Generator
        var values: [Double] = []
        var packets = PacketCounts()
    }

    /// A row of its own, to subtract from the others.
    static let generatorAlone = "generator alone, refused"

    private var rows: [Row] = []
    private let packets: Int

    /// Puts every drop point in force for lists of every size; nothing is sent yet. Each list has so
    /// many sources, a power of two, and each row gets so many packets in a round.
    init(
        _ points: [any DropPoint], sizes: [Int], sources: Int, packets: Int, in folder: URL,
        _ results: inout Results
    ) throws {
        self.packets = packets
        let usable = points.filter { point in
            guard let command = point.requires, !Tool.isInstalled(command) else { return true }
            results.skip(point.name, "\(command) is not installed")
            return false
        }
        let any = try BlockList(count: 16, seed: 1, in: folder)
        let generator = try Generator(any.sources(sources, seed: 1))
        rows = [
            Row(
                name: Self.generatorAlone, entries: nil, receiver: nil, installed: nil,
                generator: generator)
        ]
        for point in usable where point.largest == 0 {
            try add(point, nil, generator)
        }
        for size in sizes {
            let list = try BlockList(count: size, seed: UInt64(size), in: folder)
            let generators = try [false, true].map { exact in
                try Generator(list.sources(sources, seed: UInt64(size), exact: exact))
            }
            for point in usable where point.largest > 0 {
                if size > point.largest {
                    results.skip(
                        "\(point.name), \(grouped(size)) entries",
                        "it takes \(grouped(point.largest)) at most")
                    continue
                }
                if point.hasOneList, sizes.contains(where: { $0 > size && $0 <= point.largest }) {
                    results.skip(
                        "\(point.name), \(grouped(size)) entries",
                        "it has one list for all interfaces, the longest that it takes")
                    continue
                }
                try add(point, list, generators[point.isExact ? 1 : 0])
            }
        }
    }

    private mutating func add(
        _ point: any DropPoint, _ list: BlockList?, _ generator: Generator
    ) throws {
        let entries = list?.prefixes.count
        Progress.say("\(point.name)\(entries.map { ", \(grouped($0)) entries" } ?? "")")
        let receiver = try Receiver(number: rows.count)
        let installed = try point.install(list, on: receiver)
        rows.append(
            Row(
                name: point.name, entries: entries, receiver: receiver, installed: installed,
                generator: generator))
    }

    /// Sends to every row in turn, round after round; the first round is only for caches to fill.
    mutating func run(rounds: Int) throws -> [Measurement] {
        for round in 0...rounds {
            Progress.say("veth, round \(round) of \(rounds)")
            for place in rows.indices { try send(place, isRecorded: round > 0) }
        }
        return rows.map { row in
            Measurement(
                what: row.name, entries: row.entries, column: "ns a packet", unit: "ns",
                values: row.values, packets: row.receiver == nil ? nil : row.packets)
        }
    }

    private mutating func send(_ place: Int, isRecorded: Bool) throws {
        let row = rows[place]
        // The loopback interface takes no XDP frames.
        guard let receiver = row.receiver else {
            let time = try row.generator.send(packets, to: 1)
            if isRecorded { rows[place].values.append(time) }
            return
        }
        let count = isRecorded ? packets : packets / 4
        let (receivedBefore, droppedBefore) = try (receiver.received(), row.installed?.dropped())
        let time = try row.generator.send(count, to: receiver.senderIndex)
        let (received, dropped) = try (receiver.received(), row.installed?.dropped())
        guard isRecorded else { return }
        rows[place].values.append(time)
        rows[place].packets.sent += UInt64(count)
        rows[place].packets.received += received - receivedBefore
        if let dropped, let droppedBefore {
            rows[place].packets.dropped = (row.packets.dropped ?? 0) + dropped - droppedBefore
        }
    }

    /// Removes everything that it made.
    func remove() {
        for row in rows { try? row.receiver?.remove() }
    }
}
