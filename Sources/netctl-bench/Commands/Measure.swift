import ArgumentParser
import Foundation

struct MeasurePrograms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "programs",
        abstract: "What a packet costs the XDP programs, by test runs without an interface.")

    @OptionGroup var options: SectionOptions

    @Option(help: "Sizes of sets, in prefixes.")
    var sets = Sizes([10, 1000, 10000, 100_000, 1_000_000])

    @Option(help: "Sizes of lists of rules.")
    var rules = Sizes([10, 100, 1000, 4096])

    @Option(help: "How many different packets a set is tried with: a power of two, 4096 or more.")
    var flows = FlowCount(bits: 18)

    func run() throws {
        try options.measure(.programs) { results in
            let cost = try ProgramCost(
                sets: sets.values, rules: rules.values, flows: flows.value)
            results.measurements = try cost.run(rounds: options.rounds)
        }
    }
}

struct MeasureHooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks", abstract: "The same filters on XDP, TC and cgroup programs.")

    @OptionGroup var options: SectionOptions

    func run() throws {
        try options.measure(.hooks) { results in
            results.measurements = try HookCost().run(rounds: options.rounds)
        }
    }
}

struct MeasureVeth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veth",
        abstract: "Packets a second that netctl and its peers drop on a veth.",
        discussion: "Peers that are not installed are skipped, and said to be.")

    @OptionGroup var options: SectionOptions

    @Option(help: "Lengths of the lists, in prefixes.")
    var lists = Sizes([10, 1000, 10000, 100_000, 1_000_000])

    @Option(help: "How many sources there are: a power of two, 4096 or more.")
    var sources = FlowCount(bits: 20)

    @Option(help: "How many packets each drop point gets in a round.")
    var packets = 500_000

    @Flag(inversion: .prefixedNo, help: "Whether to compare with peers.")
    var peers = true

    func validate() throws {
        if !(64...1_000_000_000).contains(packets) {
            throw ValidationError("--packets takes 64 to 1000000000.")
        }
    }

    func run() throws {
        try options.measure(.veth) { results in
            try Isolation.withFolder { folder in
                let points = DropPoints.all(netctl: options.netctl).filter {
                    peers || $0.requires == nil
                }
                var cost = try VethCost(
                    points, sizes: lists.values, sources: sources.value, packets: packets,
                    in: folder, &results)
                results.measurements = try cost.run(rounds: options.rounds)
            }
        }
    }
}

struct MeasureControl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control",
        abstract: "How long netctl and its peers take to load, replace and change a list.")

    @OptionGroup var options: SectionOptions

    @Option(help: "Lengths of the lists, in prefixes.")
    var lists = Sizes([10000, 100_000, 1_000_000])

    @Flag(help: "Also what takes minutes: changes of nft's longest sets, once.")
    var thorough = false

    @Flag(inversion: .prefixedNo, help: "Whether to compare with peers.")
    var peers = true

    func run() throws {
        try options.measure(.control) { results in
            try Isolation.withFolder { folder in
                let tools = SetTools.all(netctl: options.netctl).filter {
                    peers || $0.requires == nil
                }
                var cost = SetCost(
                    tools, sizes: lists.values, isThorough: thorough, in: folder, &results)
                results.measurements = try cost.run(rounds: options.rounds)
            }
        }
    }
}

struct MeasureSteps: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps", abstract: "Where the time of an apply goes.")

    @OptionGroup var options: SectionOptions

    @Option(help: "Lengths of the set files, in lines.")
    var lists = Sizes([10000, 100_000, 1_000_000])

    func run() throws {
        try options.measure(.steps) { results in
            results.measurements = try Isolation.withFolder { folder in
                try ApplySteps(sizes: lists.values, in: folder).run(rounds: options.rounds)
            }
        }
    }
}

struct MeasureStart: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "How long commands take to start and to read counters, and a body to load.")

    @OptionGroup var options: SectionOptions

    @Option(help: "How many attachments there are.")
    var attachments = 10

    @Option(help: "How many rules each of them has.")
    var rules = 4096

    func run() throws {
        try options.measure(.start) { results in
            try Isolation.withFolder { folder in
                let farm = AttachmentFarm(
                    count: attachments, rules: rules, netctl: options.netctl)
                try farm.attach(in: folder)
                var things = SmallThings(netctl: options.netctl)
                results.measurements = try things.run(
                    rounds: options.rounds, on: farm.interfaces[0])
            }
        }
    }
}

struct MeasureTracing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracing", abstract: "What events and the socket context cost.")

    @OptionGroup var options: SectionOptions

    func run() throws {
        try options.measure(.tracing) { results in
            results.measurements = try Isolation.withFolder { folder in
                var events = try EventCost(netctl: options.netctl, in: folder)
                var context = try ContextCost(netctl: options.netctl)
                for round in 1...options.rounds {
                    Progress.say("tracing, round \(round) of \(options.rounds)")
                    try events.run()
                    try context.run()
                }
                return events.measurements + context.measurements
            }
        }
    }
}

struct MeasureDaemon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "How soon the daemon does what is to be done, and what it costs.")

    @OptionGroup var options: SectionOptions

    func run() throws {
        try options.measure(.daemon) { results in
            results.measurements = try Isolation.withFolder { folder in
                var cost = try DaemonCost(netctl: options.netctl, in: folder)
                return try cost.run(rounds: options.rounds)
            }
        }
    }
}
