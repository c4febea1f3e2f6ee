#!/usr/bin/env python3
"""Change packs, models and clips at random, and see what the programs say.

Usage: mutants.py BUILD COUNT [SEED]      in an empty folder

COUNT mutants of each kind: bits flipped, bytes replaced, blocks copied, moved,
zeroed or cut out, the end cut off. No program may crash, hang or be silent. A
pack that verifies has the contents of the original: h5py says so. A model that
is taken predicts what the original predicts. A clip is packed or listed. With
TRIPTYCH_TEST_DATA real clips are changed, too. Prints TAP."""
import os
import random
import re
import subprocess
import sys

import h5py
import numpy

LIMIT = 30  # seconds, on a busy machine; a refusal takes milliseconds
CLIPS_AT_ONCE = 200


def contents(path):
    """Everything a pack says, but for the digest and the mark that it is complete.
    Only a child may ask: libhdf5 can crash on a changed file."""
    found = {}
    with h5py.File(path, "r") as file:
        for name, value in file.attrs.items():
            if name not in ("digest", "complete"):
                found["@" + name] = numpy.asarray(value).tobytes()

        def visit(group):
            for item in group.values():
                if isinstance(item, h5py.Dataset):
                    found[item.name] = (str(item.dtype), item.shape, item[()].tobytes())
                else:
                    visit(item)
        visit(file)  # by names, as our readers go: visititems follows siblings, too
    return found


def same_contents(path, other):
    """In a child of its own, which libhdf5 may crash: no words of it then, but False."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if contents(path) == contents(other) else 5)
        except BaseException as error:
            print(f"# {other}: {error}", flush=True)
        finally:
            os._exit(6)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def ending(path):
    """What a name ends in, so that extract takes it for a video's; FFmpeg looks inside."""
    last = os.path.splitext(path)[1]
    return last if last in (".avi", ".mp4", ".mkv", ".webm", ".mov", ".mpg", ".mpeg", ".wmv",
                            ".flv", ".ogv") else ".mpg"


def mutate(data, rng):
    """One to three changes; never none."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        size = len(changed)
        at = rng.randrange(size)
        length = min(size - at, 1 << rng.randrange(13))
        kind = rng.randrange(7)
        if kind <= 1:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            changed[at:at + min(length, 8)] = rng.randbytes(min(length, 8))
        elif kind == 3:
            source = rng.randrange(size - length + 1)
            changed[at:at + length] = changed[source:source + length]
        elif kind == 4:
            changed[at:at + length] = bytes(length)
        elif kind == 5:
            del changed[at:at + length]
        else:
            del changed[max(at, 1):]
        if not changed:
            changed = bytearray(b"\0")
    return bytes(changed)


class Suite:
    def __init__(self, build, count, seed):
        self.build, self.count, self.seed = build, count, seed
        self.points = self.failed = 0

    def program(self, *words):
        name = words[0]
        folder = "data" if name == "make-clips" else f"tools/{name}"
        return [os.path.join(self.build, folder, name), *words[1:]]

    def run(self, *words):
        """Exit status (-1: no end in time), standard output, standard error."""
        try:
            done = subprocess.run(self.program(*words), stdin=subprocess.DEVNULL, timeout=LIMIT,
                                  capture_output=True, text=True, errors="backslashreplace")
        except subprocess.TimeoutExpired:
            return -1, "", "no end in time"
        return done.returncode, done.stdout, done.stderr

    def must(self, *words, codes=(0,)):
        status, out, err = self.run(*words)
        if status not in codes:
            sys.exit(f"{' '.join(words)}: exit status {status}\n{err}")
        return out

    def point(self, name, complaints):
        self.points += 1
        self.failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.points} - {name}", flush=True)
        for complaint in complaints[:20]:
            print("# " + complaint.replace("\n", "\n# "))

    def mutants(self, path):
        """(number, is it another file than the original's?) with mutant.bin written."""
        with open(path, "rb") as file:
            data = file.read()
        for number in range(self.count):
            rng = random.Random(f"{self.seed} {path} {number}")
            changed = mutate(data, rng)
            with open("mutant.bin", "wb") as file:
                file.write(changed)
            yield number, changed != data

    def packs(self):
        complaints, refused = [], 0
        for number, differs in self.mutants("good.h5"):
            status, out, err = self.run("pack", "verify", "mutant.bin")
            if status not in (0, 1) or (status == 1 and "mutant.bin: " not in out + err):
                complaints.append(f"pack {number}: exit status {status}\n{out}{err}")
            if status == 0 and differs and not same_contents("good.h5", "mutant.bin"):
                complaints.append(f"pack {number}: verified, but not the same")
            refused += status == 1
        if refused < self.count // 2:
            complaints.append(f"only {refused} of {self.count} were refused")
        self.point(f"{self.count} changed packs: {refused} refused", complaints)

    def trainings(self):
        """What train says to them: each is refused, or it runs."""
        complaints = []
        for number, _ in self.mutants("good.h5"):
            if number >= self.count // 4:
                break
            status, out, err = self.run("train", "-q", "--force", "-o", "out", "--net", "fast.net",
                                        "--epochs", "1", "--batch", "2", "mutant.bin")
            if status not in (0, 1) or (status == 1 and not err.startswith("train: ")):
                complaints.append(f"train {number}: exit status {status}\n{out}{err}")
        self.point(f"{self.count // 4} changed packs trained on", complaints)

    def models(self):
        complaints, refused = [], 0
        self.must("predict", "-q", "-f", "-o", "good.csv", "good/model.h5", "good.h5")
        with open("good.csv", "rb") as file:
            good = file.read()
        for number, _ in self.mutants("good/model.h5"):
            status, out, err = self.run("predict", "-q", "-f", "-o", "out.csv", "mutant.bin",
                                        "good.h5")
            if status not in (0, 1) or (status == 1 and "mutant.bin: " not in err):
                complaints.append(f"model {number}: exit status {status}\n{out}{err}")
            if status == 0:
                with open("out.csv", "rb") as file:
                    if file.read() != good:
                        complaints.append(f"model {number}: taken, and predicts otherwise")
            refused += status == 1
        if refused < self.count // 2:
            complaints.append(f"only {refused} of {self.count} were refused")
        self.point(f"{self.count} changed models: {refused} refused", complaints)

    def clips(self, name, paths):
        """Mutants of these clips in turn; each is packed or listed as failed."""
        complaints, packed, failed = [], 0, 0
        for begin in range(0, self.count, CLIPS_AT_ONCE):
            count = min(CLIPS_AT_ONCE, self.count - begin)
            folder = f"clips.{name}"
            os.makedirs(folder, exist_ok=True)
            for number in range(begin, begin + count):
                path = paths[number % len(paths)]
                with open(path, "rb") as file:
                    data = file.read()
                changed = mutate(data, random.Random(f"{self.seed} {path} {number}"))
                with open(f"{folder}/{number - begin:04}{ending(path)}", "wb") as file:
                    file.write(changed)
            for old in os.listdir(folder)[count:]:
                os.unlink(f"{folder}/{old}")
            done = subprocess.run(self.program("extract", "-j", "2", "--size", "16x16", "--force",
                                               "--clip-timeout", "20", "-o", "clips.h5", folder),
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  errors="backslashreplace")
            said = re.match(r"(\d+) clips: (\d+) packed, (\d+) failed\n", done.stdout)
            found = len(os.listdir(folder))
            listed = len(re.findall(rf"^extract: {re.escape(folder)}/", done.stderr, re.MULTILINE))
            if done.returncode not in (0, 3) or not said or int(said[1]) != found \
                    or int(said[2]) + int(said[3]) != found or int(said[3]) != listed:
                complaints.append(f"clips {begin}: exit status {done.returncode}\n{done.stdout}"
                                  f"{done.stderr[-2000:]}")
                continue
            packed += int(said[2])
            failed += int(said[3])
            status, out, err = self.run("pack", "verify", "clips.h5")
            if status != 0:
                complaints.append(f"clips {begin}: the pack: {out}{err}")
        self.point(f"{self.count} changed clips ({name}): {packed} packed, {failed} listed",
                   complaints)


def real_clips():
    """Some of the real ones, small ones first, and the odd ones."""
    data = os.environ.get("TRIPTYCH_TEST_DATA", "")
    found = []
    for folder, _, names in os.walk(os.path.join(data, "ucf101")) if data else ():
        found += [os.path.join(folder, name) for name in names if name.endswith(".avi")]
    found.sort(key=lambda path: (os.path.getsize(path), path))
    odd = os.path.join(data, "odd")
    others = [os.path.join(odd, name) for name in sorted(os.listdir(odd))] \
        if data and os.path.isdir(odd) else []
    return found[:100] + [path for path in others if 0 < os.path.getsize(path) < 1 << 20
                          and not path.endswith(".tsv")]


def main():
    suite = Suite(os.path.abspath(sys.argv[1]), int(sys.argv[2]),
                  sys.argv[3] if len(sys.argv) > 3 else "1")
    suite.must("make-clips", "--classes", "2", "--groups", "3", "--clips", "1", "made")
    suite.must("extract", "-o", "good.h5", "--size", "8x8", "made")
    with open("fast.net", "w", encoding="ascii") as file:
        file.write("flatten\nlinear\n")
    suite.must("train", "-q", "-o", "good", "--net", "fast.net", "--epochs", "1", "--batch", "2",
               "good.h5")
    suite.packs()
    suite.trainings()
    suite.models()
    made = sorted(os.path.join(f, n) for f, _, names in os.walk("made") for n in names)
    suite.clips("made", made)
    real = real_clips()
    if real:
        suite.clips("real", real)
    print(f"1..{suite.points}")
    sys.exit(1 if suite.failed else 0)


if __name__ == "__main__":
    main()
