#!/usr/bin/python3
"""kernel-report.py RESULTS DOCUMENT

Writes what `make vm-test` found into DOCUMENT, a file of Markdown: the tables between
`<!-- kernels: NAME -->` and `<!-- end -->` are made anew from the files in the folder RESULTS, one for
each series of kernels (6.1.tsv). Their rows have tabs between the fields, and begin with a suite's name:

    SUITE result passed|failed SECONDS TESTS SKIPPED VERSION DATE
    SUITE skipped TEST REASON
    SUITE figure NAME NUMBER
"""
import pathlib
import re
import sys


class Kernel:
    """What one series of kernels gave."""

    def __init__(self, file):
        self.results, self.skipped, self.figures = {}, {}, {}
        for line in file.read_text().splitlines():
            suite, kind, *fields = line.split("\t")
            if kind == "result":
                self.results[suite] = fields
            elif kind == "skipped":
                test, reason = (fields + [""])[:2]
                self.skipped[suite, test.strip('"'), reason] = True
            elif kind == "figure":
                self.figures[suite, fields[0]] = int(fields[1])
        # Suites may have run on one after the other.
        versions = {fields[4] for fields in self.results.values()}
        self.name = ", ".join(sorted(versions))

    def result(self, suite):
        if suite not in self.results:
            return "not run"
        word, seconds, tests, skipped, _, date = self.results[suite]
        if tests == "0" or word != "passed":
            text = word
        else:
            text = f"{int(tests) - int(skipped)} of {tests} {word}" if skipped != "0" else f"{tests} {word}"
        return f"{text}; {seconds} s, {date}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def name(suite):
    return f"`{suite}`"


def union(kernels, part):
    """The keys that any kernel has, in the order in which the first one has them."""
    return list(dict.fromkeys(key for kernel in kernels for key in getattr(kernel, part)))


def suites(kernels):
    return table(
        ["", *(kernel.name for kernel in kernels)],
        [[name(suite), *(kernel.result(suite) for kernel in kernels)]
         for suite in sorted(union(kernels, "results"))])


def skipped(kernels):
    rows = []
    for key in sorted(union(kernels, "skipped")):
        suite, test, reason = key
        where = ", ".join(kernel.name for kernel in kernels if key in kernel.skipped)
        rows.append([name(suite), test.replace("|", "\\|"), where, reason.replace("|", "\\|")])
    return table(["", "test", "on", "why"], rows) if rows else "None.\n"


def figures(kernels):
    return table(
        ["", *(kernel.name for kernel in kernels)],
        [[what, *(f"{kernel.figures[suite, what]:,}" if (suite, what) in kernel.figures else ""
                  for kernel in kernels)]
         for suite, what in union(kernels, "figures")])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: kernel-report.py RESULTS DOCUMENT")
    folder, document = map(pathlib.Path, sys.argv[1:])
    files = sorted(folder.glob("*.tsv"), key=lambda file: [int(part) for part in file.stem.split(".")])
    if not files:
        sys.exit(f"kernel-report.py: no results in {folder}; run 'make vm-test RESULTS={folder}'")
    kernels = [Kernel(file) for file in files]
    text = document.read_text()
    for part in (suites, skipped, figures):
        begin, end = f"<!-- kernels: {part.__name__} -->\n", "<!-- end -->"
        text, count = re.subn(
            f"({re.escape(begin)}).*?({re.escape(end)})",
            lambda found: f"{found[1]}\n{part(kernels)}\n{found[2]}", text, flags=re.DOTALL)
        if count != 1:
            sys.exit(f"kernel-report.py: {document} has no '{begin.strip()}' with an '{end}'")
    document.write_text(text)


main()
