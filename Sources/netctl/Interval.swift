import ArgumentParser
import NetTypes

/// A duration as people type it: an integer with ms, s, m, h or d.
struct Interval: ExpressibleByArgument {
    let text: String
    let duration: Duration

    static let thirtySeconds = Interval(text: "30s", duration: .seconds(30))

    private init(text: String, duration: Duration) {
        self.text = text
        self.duration = duration
    }

    var defaultValueDescription: String { text }

    init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        text = argument
        self.duration = duration
    }
}
