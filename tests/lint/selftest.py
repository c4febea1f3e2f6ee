#!/usr/bin/env python3
"""Every lint finds what it is there to find: little trees and programs with one
fault each, and the same without it."""
import os
import subprocess
import sys
import tempfile

import linkage
from common import Tap

HERE = os.path.dirname(os.path.abspath(__file__))

GOOD = {
    "core/base/one.h": "#ifndef BASE_ONE_H\n#define BASE_ONE_H\n\nint one(void);\n\n#endif\n",
    "core/base/one.c": '#include "core/base/one.h"\n\n// an atoi( in a comment\nint one(void)\n'
                       '{\n    const char *s = "rand()";\n    return s[0] == 0;\n}\n',
    "core/nn/dataset.h": "#ifndef NN_DATASET_H\n#define NN_DATASET_H\n\nstruct dataset;\n\n"
                         "#endif\n",
    "core/nn/graph/net.h": "#ifndef NN_NET_H\n#define NN_NET_H\n\nstruct net;\n\n#endif\n",
    "formats/two.c": '#include <hdf5.h>\n\n#include "core/base/one.h"\n'
                     '#include "core/nn/dataset.h"\n',
    "tools/train/three.c": '#include "core/base/one.h"\n#include "core/nn/graph/net.h"\n',
    "tools/common/weights.h": "#ifndef COMMON_WEIGHTS_H\n#define COMMON_WEIGHTS_H\n\n"
                              "struct weights;\n\n#endif\n",
    "tools/library/four.c": '#include "core/nn/graph/net.h"\n#include "tools/common/weights.h"\n',
    "tests/unit/test_one.c": '#include <hdf5.h>\n#include <stdlib.h>\nint x(void);\n'
                             'int x(void) { return system("true"); }\n',
}

# Lint, what the fault is, and the files that have it.
FAULTS = [
    ("arrows", "core/nn includes core/video", {
        "core/nn/a.c": '#include "core/video/clip.h"\n', "core/video/clip.h": ""}),
    ("arrows", "a kernel that knows nets", {
        "core/nn/kernels/a.c": '#include "core/nn/graph/net.h"\n'}),
    ("arrows", "a graph that knows kernels", {
        "core/nn/graph/a.c": '#include "core/nn/kernels/b.h"\n', "core/nn/kernels/b.h": ""}),
    ("arrows", "core/base includes core/nn", {"core/base/a.c": '#include "core/nn/graph/net.h"\n'}),
    ("arrows", "core/video includes formats", {
        "core/video/a.c": ' # include "formats/b.h"\n', "formats/b.h": ""}),
    ("arrows", "formats includes more than views", {
        "formats/a.c": '#include "core/nn/graph/net.h"\n'}),
    ("arrows", "core includes tools", {
        "core/base/a.c": '#include "tools/b.h"\n', "tools/b.h": ""}),
    ("arrows", "a program's header in the library", {
        "tools/library/a.c": '#include "tools/common/report.h"\n',
        "tools/common/report.h": ""}),
    ("arrows", "core/video in the library", {
        "tools/library/a.c": '#include "core/video/clip.h"\n', "core/video/clip.h": ""}),
    ("arrows", "FFmpeg in formats", {"formats/a.c": "#include <libavutil/frame.h>\n"}),
    ("arrows", "HDF5 in tools", {"tools/pack/a.c": "#include <hdf5.h>\n"}),
    ("arrows", "libpng in tools", {"tools/pack/a.c": "#include <png.h>\n"}),
    ("arrows", "matio in core/nn", {"core/nn/a.c": "#include <matio.h>\n"}),
    ("arrows", "cblas beside blas.c", {"core/nn/kernels/a.c": "#include <cblas.h>\n"}),
    ("arrows", "include from its own folder", {"core/base/a.c": '#include "one.h"\n'}),
    ("arrows", "a folder without rules", {"more/a.c": "int a;\n"}),
    ("style", "a tab", {"core/base/a.c": "int a;\n\tint b;\n"}),
    ("style", "a space at the end", {"core/base/a.c": "int a; \n"}),
    ("style", "a long line", {"core/base/a.c": "// " + "x" * 98 + "\n"}),
    ("style", "no newline at the end", {"core/base/a.c": "int a;"}),
    ("style", "a long file", {"core/base/a.c": "int a;\n" * 601}),
    ("style", "no guard", {"core/base/a.h": "int a;\n"}),
    ("style", "a wrong guard", {
        "core/base/a.h": "#ifndef BASE_B_H\n#define BASE_B_H\n#endif\n"}),
    ("style", "a banned call", {"tools/a.c": "int a = atoi(x);\n"}),
    ("style", "two files of one name", {"core/nn/one.c": ""}),
    ("style", "something left to do", {"core/base/a.c": "// TO" "DO: more\n"}),
    ("headers", "a header that needs another", {
        "core/base/a.h": "#ifndef BASE_A_H\n#define BASE_A_H\nsize_t a(void);\n#endif\n"}),
]

SUBJECTS = {
    "base: a plain subject": True,
    "core/nn, docs: two places": True,
    "Update README.md": False,
    "base: ends with a full stop.": False,
    "base: " + "x" * 67: False,
    "base:no space": False,
    ": no module": False,
}

# Source of a library member, and whether symbols.py lets it be.
MEMBERS = {
    '#include <stdio.h>\nvoid f(FILE *x); void f(FILE *x) { fprintf(x, "%d", 1); }': True,
    '#include <stdio.h>\nvoid f(int x); void f(int x) { printf("%d", x); }': False,
    '#include <stdio.h>\nvoid f(int x); void f(int x) { fprintf(stderr, "%d", x); }': False,
    "#include <stdlib.h>\nvoid f(void); void f(void) { exit(1); }": False,
    "#include <stdlib.h>\nvoid f(void); void f(void) { abort(); }": False,
    "#include <stdlib.h>\nchar *f(void); char *f(void) { return getenv(\"A\"); }": False,
}

# Program, libraries to link it with, and whether linkage.py lets it be.
LINKS = [
    ("extract", ["avcodec", "hdf5_serial"], True),
    ("extract", ["avcodec", "hdf5_serial", "openblas"], False),
    ("extract", ["hdf5_serial"], False),
    ("train", ["openblas", "hdf5_serial"], True),
    ("train", ["openblas", "hdf5_serial", "avutil"], False),
    ("predict", ["openblas", "hdf5_serial", "swscale"], False),
    ("pack", ["hdf5_serial", "turbojpeg", "avcodec"], False),
    ("pack", ["hdf5_serial", "turbojpeg"], True),
    ("pack", ["hdf5_serial"], False),
    ("libtriptych.so", ["openblas", "hdf5_serial"], True),
    ("libtriptych.so", ["openblas", "hdf5_serial", "turbojpeg"], False),
]

# What a program is hardened with, and the faults: options of which each lacks one.
HARDENED = ["-O2", "-D_FORTIFY_SOURCE=2", "-fstack-protector-all", "-fPIE", "-pie",
            "-Wl,-z,relro,-z,now"]
SOFTENED = [["-fno-pie", "-no-pie"], ["-Wl,-z,lazy"], ["-Wl,-z,norelro"],
            ["-Wl,-z,execstack"], ["-fno-stack-protector"], ["-U_FORTIFY_SOURCE"]]


def write_tree(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def judge(tap, name, lint, arguments, want):
    """Run a lint, which must say ok (want) or find a fault (not want)."""
    result = subprocess.run([sys.executable, os.path.join(HERE, lint + ".py"), *arguments],
                            capture_output=True, text=True)
    found = result.returncode == 1 and "\nnot ok" in "\n" + result.stdout
    well = result.returncode == 0 and "not ok" not in result.stdout
    lines = (result.stdout + result.stderr).splitlines()
    tap.point(f"{lint}: {name}", [] if (well if want else found) else ["it said:"] + lines)


def check_trees(tap):
    for lint in ("arrows", "style", "headers"):
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, GOOD)
            judge(tap, "a tree without fault", lint, [root], True)
    for lint, name, files in FAULTS:
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, {**GOOD, **files})
            judge(tap, f"finds {name}", lint, [root], False)


def check_commits(tap):
    for subject, want in SUBJECTS.items():
        with tempfile.TemporaryDirectory() as root:
            git = ["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@b"]
            subprocess.run([*git, "init", "-q"], check=True)
            subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", subject], check=True)
            judge(tap, f"{'takes' if want else 'refuses'} '{subject[:30]}'", "commits", [root],
                  want)


def check_symbols(tap):
    for source, want in MEMBERS.items():
        with tempfile.TemporaryDirectory() as build:
            write_tree(build, {"f.c": source, "core/base/x": ""})
            run = lambda *words: subprocess.run(words, check=True, cwd=build)
            run("gcc", "-O2", "-D_FORTIFY_SOURCE=2", "-c", "f.c")
            run("ar", "rc", "core/base/libbase.a", "f.o")
            judge(tap, f"{'takes' if want else 'refuses'} {source.split('{')[1][1:-2]}",
                  "symbols", [build, build], want)


def check_linkage(tap):
    for program, libraries, want in LINKS:
        with tempfile.TemporaryDirectory() as build:
            write_tree(build, {"f.c": "int main(void) { return 0; }\n"})
            out = os.path.join(build, "tools", linkage.FOLDERS.get(program, program))
            os.makedirs(out)
            subprocess.run(
                ["gcc", "f.c", "-o", os.path.join(out, program), "-Wl,--no-as-needed",
                 *["-l" + name for name in libraries]], check=True, cwd=build)
            judge(tap, f"{program} with {' '.join(libraries)}", "linkage", [build, build], want)


def check_hardening(tap):
    source = "#include <string.h>\nint main(int c, char **v) { char a[8] = {0};\n" \
             "memcpy(a, v[0], (size_t)c); return a[c & 7]; }\n"
    for options in [[], *SOFTENED]:
        with tempfile.TemporaryDirectory() as build:
            write_tree(build, {"f.c": source, "tools/extract/x": ""})
            subprocess.run(["gcc", *HARDENED, *options, "f.c", "-o", "tools/extract/extract"],
                           check=True, cwd=build)
            judge(tap, f"a program made with {' '.join(options) or 'all of it'}", "hardening",
                  [build, build], not options)


def main():
    tap = Tap()
    check_trees(tap)
    check_commits(tap)
    check_symbols(tap)
    check_linkage(tap)
    check_hardening(tap)
    tap.done()


if __name__ == "__main__":
    main()
