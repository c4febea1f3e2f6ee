#!/usr/bin/env python3
"""Includes go one way only, and each library is used in one place only."""
import re

from common import Tap, read_text, tree_files, tree_root

NN_BASE = {"core/base", "core/nn"}
NN_FACE = {"core/nn", "core/nn/kernels", "core/nn/graph", "core/nn/run", "core/nn/train"}

# Folder -> folders whose headers its files may include. tests/ may all. A folder stands
# before the one that it lies in.
ALLOWED = {
    "core/base": {"core/base"},
    "core/video": {"core/base", "core/video"},
    "core/nn/kernels": NN_BASE | {"core/nn/kernels"},
    "core/nn/graph": NN_BASE | {"core/nn/graph"},
    "core/nn/layers": NN_BASE | {"core/nn/kernels", "core/nn/graph", "core/nn/layers"},
    "core/nn/fused": NN_BASE | {"core/nn/kernels", "core/nn/graph", "core/nn/fused"},
    "core/nn/run": NN_BASE | {"core/nn/kernels", "core/nn/graph", "core/nn/run"},
    "core/nn/train": NN_BASE | {"core/nn/kernels", "core/nn/graph", "core/nn/run",
                                "core/nn/train"},
    "core/nn": NN_BASE,
    "formats": {"core/base", "formats"},
    "tools/library": NN_FACE | {"core/base", "formats", "tools/library"},
    "tools": NN_FACE | {"core/base", "core/video", "formats", "tools"},
    "data": {"core/base", "data"},
}

# Single headers of other folders.
HEADERS = {
    # OpenBLAS gets one thread.
    "core/nn/graph": {"core/nn/kernels/blas.h"},
    # What the layers that are put together were told.
    "core/nn/fused": {"core/nn/layers/layer_parts.h"},
    "core/nn/run": {"core/nn/fused/fuse.h"},
    # Plain views: structs to read and fill, no behaviour behind them.
    "formats": {"core/nn/dataset.h", "core/nn/parameters.h", "core/nn/real.h", "core/nn/spec.h"},
    # Nothing that prints or exits.
    "tools/library": {"tools/common/weights.h"},
}

# What the headers of a library look like -> who may include them.
LIBRARIES = {
    r"lib(av|sw)\w+/": ("core/video/", "data/"),
    r"(hdf5|H5\w+|hdf5_hl)\.h|matio\.h|png\.h|turbojpeg\.h": ("formats/",),
    r"(openblas/)?(cblas\w*|openblas\w*|lapacke?|f77blas)\.h": ("core/nn/kernels/blas.c",),
    r"seccomp\.h": ("core/base/",),
    r"(sha2|sha256|md5)\.h": ("core/base/digest.c",),
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)


def folder_of(path):
    return next((f for f in ALLOWED if path.startswith(f + "/")), None)


def own_header_allowed(path, folder, target):
    return target in HEADERS.get(folder, ()) or folder_of(target) in ALLOWED[folder]


def main():
    root = tree_root()
    files = tree_files(root)
    known = set(files)
    arrows, places, unknown = [], [], []
    for path in files:
        if not path.endswith((".c", ".h")) or path.startswith("tests/"):
            continue
        folder = folder_of(path)
        if folder is None:
            unknown.append(f"{path}: its folder has no rule in tests/lint/arrows.py")
            continue
        for quote, target in INCLUDE.findall(read_text(root, path) or ""):
            if quote == '"':
                if target not in known:
                    unknown.append(f'{path}: "{target}" is no path from the root')
                elif not own_header_allowed(path, folder, target):
                    arrows.append(f"{path} includes {target}")
            for pattern, homes in LIBRARIES.items():
                if re.fullmatch(pattern + (".*" if pattern.endswith("/") else ""), target):
                    if not path.startswith(homes):
                        places.append(f"{path} includes <{target}>; only {' '.join(homes)} may")
    tap = Tap()
    tap.point("includes are paths from the root", unknown)
    tap.point("includes go one way", arrows)
    tap.point("libraries are used in one place", places)
    tap.done()


if __name__ == "__main__":
    main()
