#!/usr/bin/env python3
"""Line coverage of our own code after programs of a build with coverage ran.

coverage.py SOURCE BUILD MISSED prints lines and lines run for each folder and in
total, and writes to MISSED which lines were not run, as FILE:LINE or FILE:FROM-TO.
It is read from what gcov makes of BUILD. Counts are summed over all objects that a
source file was compiled into (kernels are compiled once for each instruction set).
The exit status is 1 where less than LEAST of 100 lines were run.
"""
import json
import os
import subprocess
import sys
from collections import defaultdict

FOLDERS = ("core", "formats", "tools")
LEAST = 90.0
AT_ONCE = 50  # objects that one gcov reads


def notes(build):
    """The .gcno files under BUILD of the code of FOLDERS."""
    for folder in FOLDERS:
        for here, _, names in os.walk(os.path.join(build, folder)):
            for name in sorted(names):
                if name.endswith(".gcno"):
                    yield os.path.join(here, name)


def counts_of(source, build):
    """{file: {line: times run}} of the files under SOURCE's FOLDERS."""
    result = defaultdict(lambda: defaultdict(int))
    files = list(notes(build))
    for begin in range(0, len(files), AT_ONCE):
        # An object that never ran has no counts; gcov takes that for zeros.
        answer = subprocess.run(["gcov", "--json-format", "--stdout"]
                                + files[begin:begin + AT_ONCE], cwd=build, check=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for text in answer.stdout.splitlines():
            if not text:
                continue
            for entry in json.loads(text)["files"]:
                path = os.path.realpath(os.path.join(build, entry["file"]))
                name = os.path.relpath(path, source)
                if name.split(os.sep)[0] not in FOLDERS:
                    continue  # a system header, or generated into the build folder
                for line in entry["lines"]:
                    # Threads count without locks: what they wrote may be off, even
                    # below zero, but is not zero.
                    result[name][line["line_number"]] += abs(line["count"])
    return result


def ranges(lines):
    """Sorted line numbers as pairs of the first and the last of each run."""
    pairs = []
    for line in lines:
        if pairs and pairs[-1][1] == line - 1:
            pairs[-1][1] = line
        else:
            pairs.append([line, line])
    return pairs


def main():
    source, build = (os.path.realpath(path) for path in sys.argv[1:3])
    counts = counts_of(source, build)
    total = defaultdict(lambda: [0, 0])
    with open(sys.argv[3], "w", encoding="utf-8") as missed:
        for name in sorted(counts):
            run = sum(1 for count in counts[name].values() if count)
            for key in (os.path.dirname(name), "in total"):
                total[key][0] += len(counts[name])
                total[key][1] += run
            never = sorted(line for line, count in counts[name].items() if not count)
            for first, last in ranges(never):
                missed.write(f"{name}:{first}" + (f"-{last}\n" if last > first else "\n"))
    if not counts:
        sys.exit(f"coverage.py: no objects with coverage in {build}")
    print(f"{'folder':<16}{'lines':>8}{'run':>8}{'of 100':>8}")
    for key in sorted(key for key in total if key != "in total") + ["in total"]:
        lines, run = total[key]
        print(f"{key:<16}{lines:>8}{run:>8}{100 * run / lines:>8.1f}")
    lines, run = total["in total"]
    if 100 * run < LEAST * lines:
        sys.exit(f"coverage.py: less than {LEAST:g} of 100 lines were run")


if __name__ == "__main__":
    main()
