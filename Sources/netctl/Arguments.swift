public import ArgumentParser
public import Policy

extension XDPModeRequest: ExpressibleByArgument {
    /// `xdpdrv`, or an alias such as `native`.
    public init?(argument: String) { self.init(text: argument) }
}

extension TCModeRequest: ExpressibleByArgument {}
