#!/usr/bin/env python3
"""Libraries do not print, exit, or look at what is not handed to them.
Usage: symbols.py ROOT BUILD"""
import glob
import os
import re
import subprocess
import sys

from common import Tap

# Undefined symbols that no object of a library may have (__NAME_chk is what
# fortified builds call). Writing to a FILE is fine; finding stdout is not.
FORBIDDEN = {
    "printf", "vprintf", "puts", "putchar", "perror", "psignal", "stdout", "stderr", "stdin",
    "getchar", "scanf", "err", "errx", "warn", "warnx", "error", "syslog",
    "exit", "_exit", "_Exit", "quick_exit", "abort", "atexit",
    "getenv", "secure_getenv", "setenv", "putenv", "setlocale", "getopt", "getopt_long",
    "time", "rand", "srand", "random", "system", "popen", "execve", "execvp", "posix_spawn",
    "signal", "sigaction",
}
# Object -> what it may have all the same: where processes are made.
EXCEPTIONS = {"child.c.o": {"_exit", "signal"}}


def undefined(archive):
    """Pairs (object, symbol) of a static library."""
    text = subprocess.run(["nm", "-u", archive], check=True, capture_output=True,
                          text=True).stdout
    member = "?"
    for line in text.splitlines():
        if line.endswith(":"):
            member = os.path.basename(line[:-1])
        elif line.strip():
            symbol = line.split()[-1].split("@")[0]
            yield member, re.sub(r"^__(?:isoc99_)?(\w+?)(?:_chk)?$", r"\1", symbol)


def main():
    build = os.path.abspath(sys.argv[2])
    tap = Tap()
    for library in ("core/base/libbase.a", "core/video/libvideo.a", "core/nn/libnn.a",
                    "formats/libformats.a", "tools/library/liblibrary_parts.a"):
        path = os.path.join(build, library)
        name = f"{os.path.basename(library)} neither prints nor exits"
        if not glob.glob(path):
            tap.skip(name, "not built")
            continue
        seen = list(undefined(path))
        complaints = sorted({f"{member} uses {symbol}" for member, symbol in seen
                             if symbol in FORBIDDEN - EXCEPTIONS.get(member, set())})
        if not seen:
            complaints = ["it has no undefined symbols at all: is nm at fault?"]
        tap.point(name, complaints)
    tap.done()


if __name__ == "__main__":
    main()
