import NetTypes
import NetctlABI
import Policy

@testable import PolicyCompiler

/// `bpf/lib/classify.h` in Swift: what a BPF program makes of the tables of a compiled filter.
///
/// What a table lacks gives `aborted`, as there.
struct TableWalker {
    typealias Judgement = ReferenceInterpreter.Judgement

    private let filter: CompiledFilter
    private let src: AddressLookup?
    private let dst: AddressLookup?
    private let marks: PrefixLookup<IPv4Address>?

    init(_ filter: CompiledFilter) {
        self.filter = filter
        src = filter.src.map(AddressLookup.init)
        dst = filter.dst.map(AddressLookup.init)
        marks = filter.mark.map { PrefixLookup($0.prefixes) }
    }

    func judge(_ packet: SeenPacket) -> Judgement {
        do throws(ReferenceRefusal) {
            let packet = try ReferencePacket(packet)
            guard !packet.isNonIP || filter.judgesNonIP else {
                return Judgement(filter.nonIPVerdict, .nonIP)
            }
            return classify(packet)
        } catch {
            return Judgement(filter.malformedVerdict, error.reason)
        }
    }

    /// What ends a walk through the tables.
    private enum End: Error {
        case aborted
        case decided(rule: Int)
    }

    private func classify(_ packet: ReferencePacket) -> Judgement {
        var counted: [Name] = []
        do throws(End) {
            let rows = try rows(of: packet)
            if !rows.isEmpty, let judgement = try scan(rows, packet, &counted) { return judgement }
        } catch .decided(let number) {
            return decided(number, counted)
        } catch {
            return Judgement(.aborted, .rule, counted: counted)
        }
        if let reason = packet.unreadable {
            return Judgement(filter.malformedVerdict, reason, counted: counted)
        }
        guard !packet.isNonIP else {
            return Judgement(filter.nonIPVerdict, .nonIP, counted: counted)
        }
        return Judgement(filter.defaultVerdict, .default, counted: counted)
    }

    private func decided(_ number: Int, _ counted: [Name]) -> Judgement {
        guard filter.rules.indices.contains(number), let verdict = filter.rules[number].verdict
        else { return Judgement(.aborted, .rule, counted: counted) }
        return Judgement(verdict, .rule, rule: filter.rules[number].name, counted: counted)
    }

    // MARK: Rows

    private func rows(of packet: ReferencePacket) throws(End) -> [Int] {
        var rows: [Int] = []
        if let src { rows.append(try row(src, packet.source)) }
        if let dst { rows.append(try row(dst, packet.destination)) }
        for (dimension, table) in filter.values {
            let class_ =
                switch packet.field(dimension) {
                case .value(let value): table.classes[value]
                case .absent: UInt16(NETCTL_CLASS_ABSENT.rawValue)
                case .unreadable: UInt16(NETCTL_CLASS_UNREADABLE.rawValue)
                }
            rows.append(Int(table.firstRow) + Int(class_))
        }
        if let table = filter.mark, let marks {
            // Every packet has a mark where rules may look at it.
            guard case .value(let mark) = packet.mark else { throw .aborted }
            let class_ = marks.class_(of: IPv4Address(bits: mark)) ?? NETCTL_CLASS_FIRST.rawValue
            rows.append(Int(table.firstRow + class_))
        }
        return rows
    }

    private func row(
        _ lookup: AddressLookup, _ field: ReferenceField<IPAddress>
    ) throws(End) -> Int {
        guard case .value(let address) = field else { return Int(lookup.absentRow) }
        guard let entry = lookup.entry(of: address) else { throw .aborted }
        guard entry & UInt32(NETCTL_ROW_DECIDED) == 0 else {
            throw .decided(rule: Int(entry & UInt32(NETCTL_ROW_INDEX)))
        }
        return Int(entry)
    }

    // MARK: Words

    private func scan(
        _ rows: [Int], _ packet: ReferencePacket, _ counted: inout [Name]
    ) throws(End) -> Judgement? {
        var summary = ~UInt64(0)
        for row in rows {
            guard filter.rowSummaries.indices.contains(row) else { throw .aborted }
            summary &= filter.rowSummaries[row]
        }
        if filter.wordsPerRow == 1 { return try scan(summary, at: 0, packet, &counted) }
        while summary != 0 {
            let index = summary.trailingZeroBitCount
            summary &= summary - 1
            guard index < filter.wordsPerRow else { break }
            var word = ~UInt64(0)
            for row in rows {
                let place = row * filter.wordsPerRow + index
                guard filter.rowWords.indices.contains(place) else { throw .aborted }
                word &= filter.rowWords[place]
            }
            if let judgement = try scan(word, at: index, packet, &counted) { return judgement }
        }
        return nil
    }

    private func scan(
        _ word: UInt64, at index: Int, _ packet: ReferencePacket, _ counted: inout [Name]
    ) throws(End) -> Judgement? {
        var word = word
        while word != 0 {
            let number = index * 64 + word.trailingZeroBitCount
            word &= word - 1
            guard filter.rules.indices.contains(number) else { throw .aborted }
            let rule = filter.rules[number]
            let isJudged = rule.needs & unreadable(packet) == 0
            guard let verdict = rule.verdict else {
                if isJudged { counted.append(rule.name) }
                continue
            }
            guard isJudged else {
                return Judgement(
                    filter.malformedVerdict, packet.unreadable ?? .rule, counted: counted)
            }
            return Judgement(verdict, .rule, rule: rule.name, counted: counted)
        }
        return nil
    }

    /// `unreadable` of `struct packet`.
    private func unreadable(_ packet: ReferencePacket) -> UInt8 {
        guard packet.unreadable != nil else { return 0 }
        guard case .unreadable = packet.proto else { return UInt8(NETCTL_FIELD_L4) }
        return UInt8(NETCTL_FIELD_CHAIN | NETCTL_FIELD_L4)
    }
}

/// The tables of addresses and what their classes lead to.
private struct AddressLookup {
    private let table: AddressTable
    private let trie4: IPv4Trie
    private let search6: IPv6Search
    /// The row of frames that have no address.
    var absentRow: UInt32 { table.absentRow }

    init(_ table: AddressTable) {
        self.table = table
        trie4 = table.makeTrie4()
        search6 = table.makeSearch6()
    }

    /// The row, or the rule that is decided; nil when there is no such class.
    func entry(of address: IPAddress) -> UInt32? {
        let class_ =
            switch address {
            case .v4(let address): Int(trie4.class_(of: address))
            case .v6(let address): Int(search6.class_(of: address))
            }
        return table.rows.indices.contains(class_) ? table.rows[class_] : nil
    }
}
