#!/usr/bin/python3
"""performance-charts.py RESULTS OUTPUT

Draws what `make bench` found: SVG files in the folder OUTPUT from the JSON files in RESULTS. A chart
whose section has no file is left out. Needs matplotlib (Debian: python3-matplotlib).
"""
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter

# Text stays text, and the same data make the same file.
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "netctl", "font.size": 10})

COLORS = ["#0b61a4", "#2e9bd6", "#1b8a5a", "#7fb800", "#d1495b", "#edae49", "#8d6a9f", "#5c5c5c"]
MARKERS = "osD^vPX*"


def number(value, _=None):
    """10000 as 10k, 1000000 as 1M; a fraction as it is."""
    for factor, suffix in ((1_000_000, "M"), (1000, "k")):
        if value >= factor:
            return f"{value / factor:g}{suffix}"
    return f"{value:g}"


def load(folder, section):
    file = folder / f"{section}.json"
    return json.loads(file.read_text()) if file.exists() else None


def series(results, column):
    """{what: [(entries, median, least, most)]}, in the order of the measurements."""
    found = {}
    for item in results["measurements"]:
        if item["column"] == column and item.get("entries") and item["values"]:
            values = item["values"]
            found.setdefault(item["what"], []).append(
                (item["entries"], statistics.median(values), min(values), max(values)))
    return {what: sorted(points) for what, points in found.items()}


def origin(results):
    facts = {fact["name"]: fact["value"] for fact in results["machine"]}
    load_average = facts.get("load average at the start", "?").split()[0]
    return (f"{facts.get('CPU', '?')}, Linux {facts.get('kernel', '?')}, {facts.get('date', '?')}, "
            f"load average {load_average}; {results['command']}")


def draw(lines, results, output, *, title, y_label, floors=(), change=lambda value: value):
    """A chart of lines over entries, both axes logarithmic; the band is from minimum to maximum."""
    figure, axes = plt.subplots(figsize=(9, 5.6))
    for place, (what, points) in enumerate(lines.items()):
        color, marker = COLORS[place % len(COLORS)], MARKERS[place % len(MARKERS)]
        entries = [point[0] for point in points]
        axes.plot(entries, [change(point[1]) for point in points], label=what, color=color,
                  marker=marker, markersize=5, linewidth=1.6)
        axes.fill_between(entries, [change(point[2]) for point in points],
                          [change(point[3]) for point in points], color=color, alpha=0.12,
                          linewidth=0)
    for place, (what, value) in enumerate(floors):
        axes.axhline(change(value), color="#888888", linewidth=1,
                     linestyle=(0, (4, 2 + 2 * place)), label=what)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("entries in the list")
    axes.set_ylabel(y_label)
    axes.xaxis.set_major_formatter(FuncFormatter(number))
    axes.yaxis.set_major_formatter(FuncFormatter(number))
    axes.yaxis.set_minor_formatter(FuncFormatter(
        lambda value, _: number(value) if f"{value:e}"[0] in "25" else ""))
    axes.grid(True, which="major", color="#dddddd")
    axes.grid(True, which="minor", axis="y", color="#f0f0f0")
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False)
    figure.text(0.01, 0.005, origin(results), fontsize=7, color="#666666")
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(output, format="svg", metadata={"Date": None})
    plt.close(figure)
    print(output)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    if results := load(folder, "veth"):
        lines = series(results, "ns a packet")
        floors = [(item["what"], statistics.median(item["values"]))
                  for item in results["measurements"]
                  if not item.get("entries") and "empty" in item["what"]]
        draw(lines, results, output / "packets-per-second.svg",
             title="Packets dropped a second on a veth, one CPU, generator included",
             y_label="million packets a second", floors=floors,
             change=lambda nanoseconds: 1000 / nanoseconds)
    if results := load(folder, "programs"):
        lines = {what: points for what, points in series(results, "stream").items()
                 if "set" in what}
        floors = [(item["what"], statistics.median(item["values"]))
                  for item in results["measurements"]
                  if item["column"] == "stream" and item["what"] in ("no rules, IPv4", "empty program")]
        draw(lines, results, output / "nanoseconds-per-packet.svg",
             title="Time of the XDP program, every packet from another source",
             y_label="nanoseconds a packet", floors=floors)
    if results := load(folder, "control"):
        draw(series(results, "load"), results, output / "load-time.svg",
             title="Time to load a list, whole command", y_label="milliseconds")


if __name__ == "__main__":
    main()
