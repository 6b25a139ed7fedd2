import NetTypes
import Testing

@testable import Policy

@Suite struct LimitTests {
    @Test("4,096 rules in a filter, and not one more")
    func rules() throws {
        func policy(_ count: Int) -> ReadResult {
            read(policyText(rules: (0..<count).map { "{ name: r\($0), action: count }" }))
        }
        #expect(policy(4_096).policy?.filters.first?.rules.count == 4_096)
        let result = policy(4_097)
        #expect(result.diagnostics.map(\.code) == ["limit"])
        #expect(result.diagnostics.first?.message == "a filter has at most 4096 rules, not 4097")
    }

    @Test("1,024 sets, and not one more")
    func sets() {
        func policy(_ count: Int) -> ReadResult {
            let sets = (0..<count).map { "s\($0): { cidrs: 10.0.0.0/8 }" }
            let names = (0..<count).map { "\"@s\($0)\"" }.joined(separator: ", ")
            let rule = "{ name: r, match: { src: [\(names)] }, action: drop }"
            return read(policyText(rules: [rule], sets: sets))
        }
        #expect(policy(1_024).diagnostics.isEmpty)
        #expect(policy(1_025).diagnostics.map(\.code) == ["limit"])
    }

    /// What a resolver with small limits says of `s0`, a file of ten prefixes, and sets of sets.
    private func resolve(
        _ members: [[Int]], limit: Int, combinedLimit: Int, byteLimit: Int = 100
    ) throws -> (codes: [String], counts: [Int?]) {
        let source = PolicySource(path: "p.yaml", bytes: [])
        let reading = Reading(source: try SourceText(source))
        func draft(_ index: Int, _ contents: SetSource, _ count: Int) throws -> SetDraft {
            SetDraft(
                name: try Name("s\(index)"), location: .none, source: source, contents: contents,
                locations: Array(repeating: .none, count: count))
        }
        var drafts = [try draft(0, .files(["ten.txt"]), 1)]
        for (index, members) in members.enumerated() {
            let names = try members.map { try Name("s\($0)") }
            drafts.append(try draft(index + 1, .sets(names), names.count))
        }
        let files = SetFilesInMemory { _ in
            Array((0..<10).map { "10.0.0.\($0)\n" }.joined().utf8)
        }
        var resolver = SetResolver(
            reading, files, limit: limit, combinedLimit: combinedLimit, byteLimit: byteLimit)
        let contents = resolver.resolve(drafts)
        return (
            reading.diagnostics.map(\.code), drafts.map { (contents[$0.name] ?? nil)?.count }
        )
    }

    @Test("prefixes over all sets: as many as the limit, and not one more")
    func prefixes() throws {
        let fits = try resolve([], limit: 10, combinedLimit: 0)
        #expect(fits.codes == [] && fits.counts == [10])
        let exceeds = try resolve([], limit: 9, combinedLimit: 0)
        #expect(exceeds.codes == ["limit"] && exceeds.counts == [nil])
    }

    @Test("bytes over all set files: as many as the limit, and not one more")
    func bytes() throws {
        let fits = try resolve([], limit: 10, combinedLimit: 0, byteLimit: 90)
        #expect(fits.codes == [] && fits.counts == [10])
        let exceeds = try resolve([], limit: 10, combinedLimit: 0, byteLimit: 89)
        #expect(exceeds.codes == ["limit"] && exceeds.counts == [nil])
    }

    @Test("sets of sets of sets cannot multiply without a bound")
    func combined() throws {
        let members = [[0], [0, 1], [0, 1, 2]]
        let fits = try resolve(members, limit: 10, combinedLimit: 60)
        #expect(fits.codes == [] && fits.counts == [10, 10, 10, 10])
        let exceeds = try resolve(members, limit: 10, combinedLimit: 59)
        #expect(exceeds.codes == ["limit"] && exceeds.counts == [10, 10, 10, nil])
    }

}
