#!/usr/bin/env python3
"""Programs and the library are linked with what they need, and with nothing else.
Usage: linkage.py ROOT BUILD"""
import os
import re
import subprocess
import sys

from common import Tap

VIDEO = r"lib(av|sw|postproc)\w*\.so"
BLAS = r"lib(\w*blas|lapack)\w*\.so"
HDF5 = r"lib(hdf5|matio)\w*\.so"
JPEG = r"libturbojpeg\.so"
# Program -> what it may not be linked with.
FORBIDDEN = {
    "extract": [BLAS],
    "pack": [BLAS, VIDEO],
    "train": [VIDEO, JPEG],
    "predict": [VIDEO, JPEG],
    "model": [VIDEO, JPEG],
    "triptych": [BLAS, VIDEO, HDF5],
    "libtriptych.so": [VIDEO, JPEG],
}
# Those that do not lie in a folder of their own name.
FOLDERS = {"libtriptych.so": "library"}
# Program -> what it is linked with, lest the check look at the wrong thing.
EXPECTED = {
    "extract": [VIDEO, HDF5],
    "pack": [HDF5, JPEG],
    "train": [BLAS, HDF5],
    "predict": [BLAS, HDF5],
    "model": [BLAS, HDF5],
    "triptych": [],
    "libtriptych.so": [BLAS, HDF5],
}


def needed(program):
    """The NEEDED entries of the program itself."""
    text = subprocess.run(["readelf", "-d", program], check=True, capture_output=True,
                          text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def loaded(program):
    """Every library that comes with it in the end."""
    text = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"^\s*(\S+) =>", text, re.MULTILINE)


def main():
    build = os.path.abspath(sys.argv[2])
    tap = Tap()
    for name, patterns in FORBIDDEN.items():
        program = os.path.join(build, "tools", FOLDERS.get(name, name), name)
        if not os.path.exists(program):
            tap.skip(f"{name} is linked with what it needs", f"{name} is not built")
            continue
        direct = needed(program)
        complaints = [f"{name} needs {library}" for library in direct
                      if any(re.match(p, library) for p in patterns)]
        complaints += [f"{name} loads {library}, through another library"
                       for library in loaded(program) if library not in direct
                       and any(re.match(p, library) for p in patterns)]
        complaints += [f"{name} needs nothing like {p}: {' '.join(direct)}"
                       for p in EXPECTED[name]
                       if not any(re.match(p, library) for library in direct)]
        tap.point(f"{name} is linked with what it needs", complaints)
    tap.done()


if __name__ == "__main__":
    main()
