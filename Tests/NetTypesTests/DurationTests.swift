import NetTypes
import Testing

@Suite struct DurationTests {
    @Test(
        "an integer with a unit",
        arguments: [
            ("1ms", .milliseconds(1), "1ms"), ("1s", .seconds(1), "1s"),
            ("1500ms", .milliseconds(1500), "1500ms"), ("120s", .seconds(120), "2m"),
            ("10m", .seconds(600), "10m"), ("24h", .seconds(86_400), "1d"),
            ("36h", .seconds(129_600), "36h"), ("365d", .seconds(31_536_000), "365d"),
        ] as [(String, Duration, String)])
    func durations(_ text: String, _ duration: Duration, _ written: String) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.text(of: duration) == written)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "1", "s", "ms", "0s", "01s", "-1s", "+1s", "1.5s", "1 s", "1S", "1us", "1w", "1sm",
            "9999999999d", "99999999999999999999s", "٣s",
        ])
    func none(_ text: String) { #expect(DurationText.parse(text) == nil) }
}
