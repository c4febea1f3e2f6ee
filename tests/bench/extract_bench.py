#!/usr/bin/env python3
"""extract against what one would otherwise write, in turns on the same clips.

  extract_bench.py --extract PROGRAM --peer peer_extract.py CLIPS_DIR [--rounds N] [--jobs N]

The peers are the modes of peer_extract.py (opencv, pyav): whole processes over
a folder, which report their own clips/s without start-up. extract is timed from
start to end, with the writing of the pack. Per round each runs once; the median
and the best of the rounds are printed, in clips/s by the clock and by CPU time.
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


def time_extract(options, folder, clips):
    seconds, cpu, _ = run([options.extract, "-j", str(options.jobs), "--force", "-o",
                           os.path.join(folder, "bench.h5"), options.clips])
    return clips / seconds, clips / cpu


def time_peer(options, mode, start_up, clips):
    _, cpu, text = run([options.python, options.peer, mode, options.clips, "--jobs",
                        str(options.jobs)])
    return json.loads(text)["clips_per_s"], clips / (cpu - start_up)


def peer_start_up(options, mode, folder):
    """CPU seconds of a peer that has (nearly) nothing to do."""
    for root, _, files in os.walk(options.clips):
        for name in sorted(files):
            if name.lower().endswith(SUFFIXES):
                link = os.path.join(folder, "one", name)
                os.makedirs(os.path.dirname(link), exist_ok=True)
                os.symlink(os.path.abspath(os.path.join(root, name)), link)
                _, cpu, _ = run([options.python, options.peer, mode, os.path.dirname(link),
                                 "--jobs", str(options.jobs)])
                os.unlink(link)
                return cpu
    sys.exit(f"no clips in {options.clips}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extract", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--python", default="/usr/bin/python3", help="with av and cv2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("clips")
    options = parser.parse_args()
    clips = sum(name.lower().endswith(SUFFIXES)
                for _, _, files in os.walk(options.clips) for name in files)
    modes = ["opencv", "pyav"]
    results = {name: [] for name in ["extract"] + modes}
    with tempfile.TemporaryDirectory() as folder:
        start_up = {mode: peer_start_up(options, mode, folder) for mode in modes}
        time_extract(options, folder, clips)  # warms the cache
        for _ in range(options.rounds):
            results["extract"].append(time_extract(options, folder, clips))
            for mode in modes:
                results[mode].append(time_peer(options, mode, start_up[mode], clips))
    print(f"{clips} clips, {options.jobs} jobs, {options.rounds} rounds: clips/s")
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


if __name__ == "__main__":
    main()
