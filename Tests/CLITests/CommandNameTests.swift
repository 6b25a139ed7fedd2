import ArgumentParser
import Testing

@testable import netctl

/// A name that is made of the type's costs every start of any command some of the runtime's longest
/// searches.
@Suite("Names of commands")
struct CommandNameTests {
    private func unnamed(_ command: any ParsableCommand.Type) -> [String] {
        let configuration = command.configuration
        return (configuration.commandName == nil ? ["\(command)"] : [])
            + configuration.subcommands.flatMap(unnamed)
    }

    @Test("every command says its own")
    func allNamed() {
        #expect(unnamed(Netctl.self) == [])
        #expect(Netctl.configuration.subcommands.count > 20)
    }
}
