import ArgumentParser
import NetTypes

/// A duration as people type it: an integer with ms, s, m, h or d.
struct Interval: ExpressibleByArgument {
    let text: String
    let duration: Duration

    init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        text = argument
        self.duration = duration
    }
}
