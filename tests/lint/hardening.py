#!/usr/bin/env python3
"""The programs of a release build are hardened: position-independent, nothing
left to relocate at run time that could be overwritten, no executable stack,
stack protector, checked C library calls.
Usage: hardening.py ROOT BUILD"""
import os
import re
import subprocess
import sys

from common import Tap

# Those that read foreign files, or start children that do.
PROGRAMS = ("extract", "pack", "train", "predict")


def readelf(*words):
    return subprocess.run(["readelf", "-W", *words], check=True, capture_output=True,
                          text=True).stdout


def faults(program):
    header, segments = readelf("-h", program), readelf("-l", program)
    dynamic, symbols = readelf("-d", program), readelf("--dyn-syms", program)
    stack = re.search(r"GNU_STACK\s+(?:0x\w+\s+){5}(\S+)", segments)
    undefined = set(re.findall(r"UND (\w+)@", symbols))
    checks = {
        "is not position-independent": re.search(r"Type:\s+DYN", header)
        and re.search(r"FLAGS_1.*\bPIE\b", dynamic),
        "has no read-only relocations (-z relro)": "GNU_RELRO" in segments,
        "binds lazily (-z now)": re.search(r"FLAGS.*\b(BIND_NOW|NOW)\b", dynamic),
        "has an executable stack": stack and "E" not in stack.group(1),
        "has no stack protector": "__stack_chk_fail" in undefined,
        "calls nothing checked (_FORTIFY_SOURCE)":
            any(re.fullmatch(r"__\w+_chk", name) for name in undefined),
    }
    return [what for what, well in checks.items() if not well]


def main():
    build = os.path.abspath(sys.argv[2])
    tap = Tap()
    for name in PROGRAMS:
        program = os.path.join(build, "tools", name, name)
        if not os.path.exists(program):
            tap.skip(f"{name} is hardened", f"{name} is not built")
            continue
        tap.point(f"{name} is hardened", [f"{name} {what}" for what in faults(program)])
    tap.done()


if __name__ == "__main__":
    main()
