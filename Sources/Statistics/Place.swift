internal import Datapath
internal import Policy

/// Where a program is, as every document says it: `interface`, `netns`, `cgroup` and `hook`.
///
/// An entry encodes it into its own object, beside its other keys.
struct Place: Encodable {
    @ExplicitNull var interface: String?
    @ExplicitNull var netns: String?
    @ExplicitNull var cgroup: String?
    let hook: Hook

    init(_ location: Location, _ hook: Hook) {
        interface = location.interface
        netns = location.netns
        cgroup = location.cgroup
        self.hook = hook
    }
}
