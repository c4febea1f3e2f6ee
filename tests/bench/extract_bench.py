#!/usr/bin/env python3
"""extract against what one would otherwise write, in turns on the same clips.

  extract_bench.py --extract PROGRAM --peer peer_extract.py [--limit extract-bench]
                   [--rounds N] [--repeat N] [--jobs N] CLIPS_DIR

The peers are the modes of peer_extract.py (opencv, pyav): whole processes over
a folder, which report their own clips/s without start-up. extract is timed from
start to end, with the writing of the pack; so that its start-up does not count
either, each goes over the clips --repeat times, extract by way of links. Per
round each runs once; the median and the best of the rounds are printed, in
clips/s by the clock and by CPU time. With --limit, the benchmark of one thread
(extract_bench.c) runs behind them and tells how near extract is to what bare
decoding of the same pictures takes.

What is compared is not the same work. The peers open a clip, decode it to the
end (pyav) or to the last frame wanted (opencv), and scale without care for
rounding; they take other frames than those they mean where a header miscounts.
extract knows n before it decodes, proves that a shorter way gives the same
pictures, and writes checksums, a journal and a pack.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

UCF101_CLIPS = 13320
SUFFIXES = (".avi", ".mp4", ".mkv", ".webm", ".mov")


def run(command):
    """(seconds, CPU seconds, stdout) of a command that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ends with status {done.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, done.stdout


def videos(folder):
    """Paths of the clips in a folder, in order."""
    return sorted(os.path.join(root, name) for root, _, files in os.walk(folder)
                  for name in files if name.lower().endswith(SUFFIXES))


def link_clips(options, folder):
    """A folder with --repeat links to every clip; the classes stay."""
    for path in videos(options.clips):
        stem, suffix = os.path.splitext(os.path.relpath(path, options.clips))
        for number in range(options.repeat):
            link = os.path.join(folder, f"{stem}_repeat{number}{suffix}")
            os.makedirs(os.path.dirname(link), exist_ok=True)
            os.symlink(os.path.abspath(path), link)


def time_extract(options, folder, clips):
    seconds, cpu, _ = run([options.extract, "-j", str(options.jobs), "--force", "-o",
                           os.path.join(folder, "bench.h5"), os.path.join(folder, "links")])
    return clips / seconds, clips / cpu


def time_peer(options, mode, start_up, clips):
    _, cpu, text = run([options.python, options.peer, mode, options.clips, "--jobs",
                        str(options.jobs), "--repeat", str(options.repeat)])
    found = json.loads(text)
    # What it could not decode is not work that it has done.
    return found["clips_per_s"], clips * found["good"] / found["clips"] / (cpu - start_up)


def peer_start_up(options, mode, folder):
    """CPU seconds of a peer that has (nearly) nothing to do."""
    path = videos(options.clips)[0]
    link = os.path.join(folder, "one", os.path.basename(path))
    os.makedirs(os.path.dirname(link), exist_ok=True)
    os.symlink(os.path.abspath(path), link)
    _, cpu, _ = run([options.python, options.peer, mode, os.path.dirname(link),
                     "--jobs", str(options.jobs)])
    os.unlink(link)
    return cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extract", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--python", default="/usr/bin/python3", help="with av and cv2")
    parser.add_argument("--limit", help="the program extract-bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("clips")
    options = parser.parse_args()
    paths = videos(options.clips)
    if not paths:
        sys.exit(f"no clips in {options.clips}")
    clips = len(paths) * options.repeat
    modes = ["opencv", "pyav"]
    results = {name: [] for name in ["extract"] + modes}
    with tempfile.TemporaryDirectory() as folder:
        link_clips(options, os.path.join(folder, "links"))
        start_up = {mode: peer_start_up(options, mode, folder) for mode in modes}
        time_extract(options, folder, clips)  # warms the cache
        for _ in range(options.rounds):
            results["extract"].append(time_extract(options, folder, clips))
            for mode in modes:
                results[mode].append(time_peer(options, mode, start_up[mode], clips))
    print(f"{clips} clips ({len(paths)} {options.repeat} times), "
          f"{options.jobs} jobs, {options.rounds} rounds: clips/s")
    median = {}
    for name, pairs in results.items():
        clock, cpu = zip(*pairs)
        median[name] = statistics.median(clock), statistics.median(cpu)
        print(f"{name:8} by the clock {median[name][0]:7.1f} (best {max(clock):7.1f})   "
              f"by CPU time {median[name][1]:7.1f} (best {max(cpu):7.1f})")
    for mode in modes:
        print(f"extract is {median['extract'][0] / median[mode][0]:.2f} times {mode} by the clock, "
              f"{median['extract'][1] / median[mode][1]:.2f} by CPU time")
    print(f"UCF101's {UCF101_CLIPS} clips would take {UCF101_CLIPS / median['extract'][0]:.0f} s")
    if options.limit:
        print(run([options.limit, "--rounds", str(options.rounds)] + paths)[2], end="")


if __name__ == "__main__":
    main()
