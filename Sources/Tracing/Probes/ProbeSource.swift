/// Where the probes of one kind are found.
protocol ProbeSource {
    /// Every probe, without details.
    func probes() throws -> [Probe]

    /// What a program finds at a probe that ``probes()`` has named.
    func detail(of probe: Probe) throws -> Probe.Detail
}
