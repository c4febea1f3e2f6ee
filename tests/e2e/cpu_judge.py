#!/usr/bin/python3
"""Does what a clip decodes and scales to depend on the CPU's instruction set?

    cpu_judge.py [--every N] [--fast] FILE_OR_FOLDER...

The ffmpeg program decodes every N-th file (1) twice, to 64x64 with the decoder's
and the scaler's options that extract uses: once with all that this CPU can do,
once with plain C (-cpuflags 0). Prints each file whose pictures differ, and a
summary; exit status 1 if there is one, or nothing could be decoded. With --fast
the decoder need not be bit-exact; of UCF101, some clips differ then.
"""
import argparse
import concurrent.futures
import hashlib
import os
import subprocess
import sys

FLAGS = "area+accurate_rnd+full_chroma_int+bitexact"
LIMIT_S = 120


def digest(path, flags, more):
    """The checksum and the number of bytes that a file decodes to; None: too slow."""
    command = ["ffmpeg", "-v", "quiet", "-nostdin", *more, "-threads", "1", *flags,
               "-i", "file:" + path, "-map", "0:V:0", "-fps_mode", "passthrough", "-vf",
               f"scale=64:64:flags={FLAGS},format=rgb24", "-f", "rawvideo", "-"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    return hashlib.sha256(done.stdout).hexdigest(), len(done.stdout)


def judge(path, flags):
    return digest(path, flags, []), digest(path, flags, ["-cpuflags", "0"])


def find(sources):
    for source in sources:
        if os.path.isdir(source):
            for root, folders, names in os.walk(source):
                folders.sort()
                yield from (os.path.join(root, name) for name in sorted(names))
        else:
            yield source


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--fast", action="store_true")
    args = parser.parse_args()
    flags = [] if args.fast else ["-flags", "bitexact"]
    paths = list(find(args.sources))[::args.every]
    decoded = slow = differ = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, (fast, plain) in zip(paths, pool.map(lambda path: judge(path, flags), paths)):
            if fast is None or plain is None:
                slow += 1
                continue
            decoded += fast[1] > 0
            if fast != plain:
                differ += 1
                print(f"{path}: {fast[1]} bytes, {plain[1]} with -cpuflags 0")
    print(f"{len(paths)} files: {decoded} decode to pictures, {differ} to others with plain C, "
          f"{slow} not within {LIMIT_S} s")
    return 1 if differ or not decoded else 0


if __name__ == "__main__":
    sys.exit(main())
