#!/usr/bin/env python3
"""Static checkers over our own sources, a test point for each folder.

Usage: checkers.py ROOT BUILD JOBS TOOL [FOLDER...]

TOOL is clang-tidy, cppcheck or gcc (its -fanalyzer); BUILD a build folder, whose
compile_commands.json says how each source is compiled (for clang-tidy one of clang).
What they find must be listed, with a reason, in tests/lint/findings.list; a line there
that they find no more must go. First each tool is shown a fault, which it has to find."""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import common

FOLDERS = ("core/base", "core/video", "core/nn", "formats", "tools", "data")
FINDING = re.compile(r"^([^\s:][^:\n]*):(\d+):(?:\d+:)? (?:warning|error|portability): (.*?)"
                     r" \[(?:CWE-\d+\] \[)?(-?[\w.=,-]+)\]$", re.MULTILINE)
TOLD = "tests/lint/checked_error.h"
CANARY = """#include <stdlib.h>
int canary(int n)
{
    char *p = malloc(8);
    int *q = 0;
    if (n > 3) {
        free(p);
    }
    free(p);
    return n > 1 ? *q : 0;
}
"""


def compile_commands(build):
    """{path of a source: its words}, the first time that it is compiled."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        path = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
        if path.endswith(".c"):
            found.setdefault(path, (entry["directory"], shlex.split(entry["command"])))
    return found


def command_for(tool, root, build, path, words):
    # What an error is, they are told beforehand: see there.
    include = [] if path.endswith("/core/base/error.c") else ["-include", f"{root}/{TOLD}"]
    if tool == "clang-tidy":
        extra = [f"--extra-arg={word}" for word in include]
        return ["clang-tidy", "--quiet", "-p", build, *extra, path]
    if tool == "cppcheck":
        return ["cppcheck", "--quiet", "--std=c11", "--enable=warning,portability",
                "--library=posix,gnu", "--inline-suppr", "-I", root, "-D_GNU_SOURCE",
                "--template={file}:{line}: {severity}: {message} [{id}]", path]
    keep, skip = [], False
    # Without the compiler, before which ccache may stand, and without the source.
    first = 2 if os.path.basename(words[0]) == "ccache" else 1
    for word in words[first:-1]:
        if skip or word in ("-MD", "-c", "-Werror"):
            skip = False
        elif word in ("-MQ", "-MF", "-o"):
            skip = True
        else:
            keep.append(word)
    # The analyzer's paths are easier to follow where little was optimised.
    return ["gcc", *keep, *include, "-O1", "-Wno-error", "-fdiagnostics-color=never", "-fanalyzer",
            "-fdiagnostics-path-format=none", "-o", "/dev/null", "-c", path]


def findings_of(command, folder, root):
    """{(path, check): a line of text}; None where the tool itself failed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL)
    found = {}
    for name, line, text, check in FINDING.findall(done.stdout + "\n" + done.stderr):
        path = os.path.realpath(os.path.join(folder, name))
        if command[0] == "gcc" and not check.startswith("-Wanalyzer"):
            continue  # the builds see to those
        if path.startswith(root + os.sep):
            path = os.path.relpath(path, root)
            found.setdefault((path, check), f"{path}:{line}: {text} [{check}]")
    broken = done.returncode < 0 or (done.returncode != 0 and not found)
    return found, f"exit status {done.returncode}\n{done.stderr[-2000:]}" if broken else None


def known_findings(root, tool):
    """{(path, check)} that findings.list has for this tool."""
    known = set()
    with open(os.path.join(root, "tests/lint/findings.list"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split(None, 3)
            if not words or words[0].startswith("#"):
                continue
            if len(words) < 4:
                sys.exit(f"findings.list:{number}: tool, path, check and reason are wanted")
            if words[0] == tool:
                known.add((words[1], words[2]))
    return known


def canary(tap, tool, root, build):
    """A tool that finds nothing here would find nothing anywhere."""
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        path = os.path.join(folder, "canary.c")
        with open(path, "w", encoding="ascii") as file:
            file.write(CANARY)
        command = command_for(tool, root, build, path, ["cc", "-std=c11", f"-I{root}", path])
        if tool == "clang-tidy":
            command = ["clang-tidy", "--quiet", "--checks=-*,clang-analyzer-*", path, "--",
                       "-std=c11"]
        found, broken = findings_of(command, folder, folder)
        tap.point(f"{tool} finds a fault", [] if found and not broken else [broken or "nothing"])


def main():
    root, build, jobs, tool = (os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]),
                               int(sys.argv[3]), sys.argv[4])
    tap = common.Tap()
    canary(tap, tool, root, build)
    commands = compile_commands(build)
    known = known_findings(root, tool)
    everything = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for folder in sys.argv[5:] or FOLDERS:
            paths = sorted(p for p in commands if p.startswith(f"{root}/{folder}/"))
            runs = [pool.submit(findings_of, command_for(tool, root, build, path,
                                                         commands[path][1]),
                                commands[path][0], root) for path in paths]
            complaints = [] if paths else ["no sources"]
            for path, run in zip(paths, runs):
                found, broken = run.result()
                if broken:
                    complaints.append(f"{path}: {tool}: {broken}")
                complaints += [text for key, text in sorted(found.items())
                               if key not in known and key not in everything]
                everything.update(found)
            tap.point(f"{tool}: {folder}, {len(paths)} sources", complaints)
    if not sys.argv[5:]:
        stale = [f"{path} {check}" for path, check in sorted(known - set(everything))]
        tap.point(f"{tool}: every line of the list is needed", stale)
    tap.done()


if __name__ == "__main__":
    main()
