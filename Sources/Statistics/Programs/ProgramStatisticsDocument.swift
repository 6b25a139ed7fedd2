/// A program that is not the datapath's in the document of `netctl stats -o json`.
struct ProgramStatisticsDocument: Placed {
    let place: ProgramPlace
    let facts: Facts

    struct Facts: Encodable {
        @ExplicitNull var name: String?
        @ExplicitNull var policy: String?
        let programID: UInt32
        let runs: UInt64
        let nanoseconds: UInt64
        @ExplicitNull var measured: Measured?

        enum CodingKeys: String, CodingKey {
            case name, policy, measured
            case programID = "program_id"
            case runs = "run_count"
            case nanoseconds = "run_time_ns"
        }
    }

    struct Measured: Encodable {
        let seconds: Double
        let runs: UInt64
        let nanoseconds: UInt64
        @ExplicitNull var exceptions: [Answer]?
        @ExplicitNull var returns: [Answer]?

        enum CodingKeys: String, CodingKey {
            case seconds, runs, exceptions, returns
            case nanoseconds = "run_time_ns"
        }
    }

    struct Answer: Encodable {
        let code: Int32
        let name: String
        let count: UInt64
    }

    init(_ statistics: ProgramStatistics) {
        let program = statistics.program
        place = program.place
        let measured = statistics.use.map { use in
            func answers(_ answers: [ProgramUse.Answer]) -> [Answer] {
                answers.map {
                    Answer(code: $0.code, name: statistics.name(of: $0.code), count: $0.count)
                }
            }
            return Measured(
                seconds: use.seconds, runs: use.runs, nanoseconds: use.nanoseconds,
                exceptions: use.exceptions.map(answers), returns: use.returns.map(answers))
        }
        facts = Facts(
            name: program.name, policy: program.policy, programID: program.id,
            runs: statistics.runs, nanoseconds: statistics.nanoseconds, measured: measured)
    }
}
