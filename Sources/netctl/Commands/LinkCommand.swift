import ArgumentParser
import Programs

struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Look at BPF links, anybody's: what keeps which program on which hook.",
        subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List all links of the kernel.",
            discussion: """
                Programs may be on a hook without a link: XDP programs of 'ip link', filters of 'tc', \
                programs of old cgroup tools. 'netctl status' has those that it can see.
                """)

        @OptionGroup var global: GlobalOptions

        private struct Document: Encodable {
            let version = 1
            let links: [LinkReport]
        }

        func run() throws {
            try reporting {
                let all = try LinkReport.all()
                try global.write(
                    Document(links: all),
                    text: Terminal.showsResults ? table(all) : all.map(\.fact))
            }
        }

        private func table(_ links: [LinkReport]) -> [String] {
            var table = TextTable(["ID", "TYPE", "PROGRAM", "NAME", "HOOK", "ON"])
            for link in links {
                table.add([
                    "\(link.id)", link.type, "\(link.programID)", link.programName ?? "-",
                    link.attachType ?? "-", link.target ?? "-",
                ])
            }
            return table.lines()
        }
    }
}

extension LinkReport {
    /// On one line.
    var fact: String {
        "link \(id) type \(type) program \(programID) name \(programName ?? "-") "
            + "hook \(attachType ?? "-") on \(target ?? "-")"
    }
}
