#!/usr/bin/env python3
"""Every header compiles alone, with nothing included before it."""
import concurrent.futures
import os
import subprocess

from common import Tap, tree_files, tree_root

MODULES = ["libavformat", "libavcodec", "libavutil", "libswscale", "hdf5", "openblas",
           "libseccomp", "matio", "libmd", "libpng"]


def compile_alone(root, path, flags):
    """What the compiler says about it; empty when all is well."""
    result = subprocess.run(
        ["gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
         "-fsyntax-only", "-I", root, *flags, "-x", "c", os.path.join(root, path)],
        capture_output=True, text=True)
    if result.returncode == 0:
        return []
    # "#pragma once in main file" and the like do not arise: guards are used.
    return [f"{path} does not compile alone"] + result.stderr.splitlines()[:8]


def main():
    root = tree_root()
    flags = subprocess.run(["pkg-config", "--cflags", *MODULES], check=True,
                           capture_output=True, text=True).stdout.split()
    headers = [p for p in tree_files(root) if p.endswith(".h")]
    complaints = []
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for lines in pool.map(lambda p: compile_alone(root, p, flags), headers):
            complaints += lines
    tap = Tap()
    tap.point("headers compile alone", complaints)
    tap.done()


if __name__ == "__main__":
    main()
