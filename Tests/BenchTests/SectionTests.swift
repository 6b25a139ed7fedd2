import Foundation
import TestSupport
import Testing

@testable import netctl_bench

/// The sections themselves, as small as they get: that they measure, not what.
@Suite("Sections", .requiresRoot, .serialized)
struct SectionTests {
    private static let bench =
        Netctl.path.split(separator: "/").dropLast()
        .reduce("") { "\($0)/\($1)" } + "/netctl-bench"

    private static func measure(_ arguments: String...) throws -> Results {
        let directory = try TemporaryDirectory()
        let section = try #require(arguments.first.flatMap(Section.init))
        let result = try run(
            [bench] + arguments + [
                "--rounds", "1", "--netctl", Netctl.path, "--results", directory.path,
            ], limit: .seconds(240))
        #expect(result.status == 0, "\(result.stderr)")
        let results = try Results(reading: URL(filePath: directory.path), section)
        #expect(!results.measurements.isEmpty)
        for item in results.measurements {
            #expect(item.values.count == 1, "\(item.what)")
            #expect(item.values.allSatisfy { $0 > 0 }, "\(item.what)")
        }
        #expect(result.stdout.contains(results.table))
        return results
    }

    @Test("programs: every table, by every method")
    func programs() throws {
        let results = try Self.measure(
            "programs", "--sets", "3", "--rules", "70", "--flows", "4096")
        let columns = Set(results.measurements.map(\.column))
        #expect(columns.isSuperset(of: ["same packet", "stream", "a call each"]))
        let stream = results.measurements.filter { $0.column == "stream" }.map(\.what)
        for what in ["IPv4 set, hit", "IPv4 set, miss", "IPv6 set, hit", "IPv6 set, miss"] {
            #expect(stream.contains(what))
        }
        let lists = results.measurements.filter {
            $0.what.hasPrefix("block list") && $0.column == "stream"
        }
        #expect(lists.map(\.entries) == [1, 3, 8, 3, 3, 3])
        #expect(lists.allSatisfy { $0.over == ProgramCost.floor4 })
        #expect(stream.contains("no rules, IPv4, without top talkers"))
        #expect(stream.filter { $0.hasPrefix("a read of 64 MB at random") }.count == 2)
        #expect(
            results.command == "make bench BENCH=programs ROUNDS=1 "
                + "BENCH_OPTIONS='--sets 3 --rules 70 --flows 4096'")
    }

    /// Peers are not asked for: each of them takes seconds to load.
    @Test("veth: nothing that was sent is lost, and netctl drops all of it, on every hook")
    func veth() throws {
        let results = try Self.measure(
            "veth", "--no-peers", "--lists", "20", "--sources", "4096", "--packets", "2000")
        #expect(results.measurements.count == 8)
        for item in results.measurements where item.what != VethCost.generatorAlone {
            let packets = try #require(item.packets)
            #expect(packets.sent == 2000)
            #expect(packets.complaint == nil, "\(item.what)")
            #expect((packets.dropped == nil) == item.what.contains("empty"))
        }
    }

    @Test("control: load, replace, add, and memory")
    func control() throws {
        let results = try Self.measure("control", "--no-peers", "--lists", "200")
        let columns = Set(results.measurements.map(\.column))
        #expect(
            columns.isSuperset(of: ["load", "peak memory", "replace, 1% changed", "add one"]))
        let list = results.measurements.filter { $0.what == "netctl, block list" }
        #expect(Set(list.map(\.column)) == ["load", "peak memory", "add one"])
    }

    @Test("steps and start")
    func steps() throws {
        #expect(try Self.measure("steps", "--lists", "200").measurements.count == 3)
        let start = try Self.measure("start", "--attachments", "2", "--rules", "65")
        #expect(start.measurements.contains { $0.what.contains("2 attachments (8,448 slots") })
    }

    @Test("tracing: events come to what their rows say, and the context is switched off again")
    func tracing() throws {
        let results = try Self.measure("tracing")
        #expect(results.measurements.count == 12)
        #expect(results.measurements.contains { $0.what == EventCost.written })
    }

    @Test("daemon: what it is to do, it does") func daemon() throws {
        #expect(try Self.measure("daemon").measurements.count == 5)
    }

    @Test("hooks") func hooks() throws {
        #expect(try Self.measure("hooks").measurements.count == 24)
    }

    @Test(
        "bad options",
        arguments: [
            ["programs", "--sets", "1,x"], ["programs", "--flows", "5000"],
            ["veth", "--packets", "0"],
            ["control", "--rounds", "0"], ["start", "--cpu", "9999"], ["nothing"],
        ])
    func badOptions(arguments: [String]) throws {
        let result = try run([Self.bench] + arguments)
        #expect(result.status == 64, "\(result.stderr)")
        #expect(result.stderr.contains("Usage:"))
    }
}
