import ArgumentParser

struct Block: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Drop addresses at once, on every attachment, before any rule.",
        discussion: """
            The block list is one for the host. Where packets come in it is asked about their source, \
            where they leave about their destination, before any rule: it beats 'pass'. What it drops \
            is counted with reason 'block'.

              netctl block add 203.0.113.7 --ttl 1h --reason "ssh"
              netctl block add - --ttl 1d < feed.txt
              netctl block list --top 10
              netctl block remove 203.0.113.7

            It survives 'apply', and goes with the last attachment. A pause passes what is blocked, \
            too; a monitoring attachment only reports it.
            """,
        subcommands: [Add.self, Remove.self, List.self])
}
