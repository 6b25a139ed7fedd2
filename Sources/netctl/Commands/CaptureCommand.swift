import ArgumentParser
import Foundation
import LinuxSystem
import SystemPackage
import Tracing

struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Write the packets of events to a file that Wireshark and tshark read.",
        discussion: """
            What 'netctl events' would show, as packets in pcapng: what became of each, by which rule \
            or for which reason, and whose it was stand in the packet's comment.

              netctl capture -w drops.pcapng --drops-only
              netctl capture -w web.pcapng --port 443 --sample 1 --rate 0 --count 1000

            Headers alone are written, never what packets carry. It goes on until interrupted.
            """)

    @Option(
        name: [.customShort("w"), .customLong("write")], help: "The file; - is standard output.")
    var file: String

    @Flag(help: "Only drops; the same as --drops.")
    var dropsOnly = false

    @Option(help: "At most so many bytes of a packet's headers, 1 to 256.")
    var snaplen: UInt32 = 256

    @OptionGroup(title: "Which") var selection: EventSelection
    @OptionGroup(title: "How long") var span: EventSpan
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if snaplen < 1 || snaplen > 256 { throw ValidationError("--snaplen takes 1 to 256.") }
    }

    func run() throws {
        try reporting {
            var settings = selection.settings
            settings.captureBytes = snaplen
            let output = try CaptureOutput(file)
            let reader = try EventReader(selection.filter(dropsOnly: dropsOnly), settings)
            if !global.quiet {
                try selection.absent().forEach(Terminal.warning)
                reader.warnOfLimits()
            }
            var capture = CaptureWriter(snapLength: snaplen)
            var clock = EventClock()
            // At once: a capture without packets is one, too.
            try output.write(capture.beginning)
            var pending: [UInt8] = []
            let shown = try span.read(
                reader, usual: nil, take: { pending += capture.blocks(of: $0, clock) },
                flush: {
                    try output.write(pending)
                    pending.removeAll(keepingCapacity: true)
                    clock = EventClock()
                })
            global.say(try reader.summary(shown: shown))
        }
    }
}

/// Where a capture goes.
private final class CaptureOutput {
    private let descriptor: FileDescriptor
    private let name: String

    init(_ file: String) throws {
        name = file
        guard file != "-" else {
            guard !Terminal.showsResults else {
                Terminal.error("capture: standard output is a terminal; name a file, or pipe it")
                throw ExitStatus.usage
            }
            descriptor = .standardOutput
            return
        }
        descriptor = try Self.naming(file) {
            try FileDescriptor.open(
                FilePath(file), .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite])
        }
    }

    deinit { if name != "-" { try? descriptor.close() } }

    func write(_ bytes: [UInt8]) throws {
        _ = try Self.naming(name) { try descriptor.writeAll(bytes) }
    }

    private static func naming<Result>(_ file: String, _ body: () throws -> Result) throws -> Result
    {
        do {
            return try body()
        } catch let errno as Errno {
            throw SystemError(attempt: "write capture", subject: file, errno: errno)
        }
    }
}
