#!/usr/bin/env python3
"""Make every call of the system that the programs make fail, one at a time.

Usage: fault_run.py PLAIN FAULT [--all] [-j N] [SCENARIO...]

PLAIN is a build folder, FAULT one with -Dfault_injection=true and sanitizers.
A scenario is one command in a prepared folder. It runs once to see which calls
there are (tests/fault/fault_inject.c), then once for each call chosen, which
fails: the first and the last from each place in the code, or all of them with
--all. Whatever fails, the program may not crash, hang, leak or stay silent; the
old target is intact or the whole new one is there; and the same command, not
disturbed any more, ends as if nothing had been. Prints TAP."""
import argparse
import concurrent.futures
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ASAN = "exitcode=99:detect_leaks=1:allocator_may_return_null=1"
UBSAN = "halt_on_error=1:exitcode=99"
LIMIT = 120  # seconds for one command
RECORD = struct.Struct("<II24s")

PACK = "new.h5"
# name: (command, what it writes or None, may the exit status be 3?)
SCENARIOS = {
    "extract": ("extract -j 1 --size 8x8 --splits lists --failures failed.txt -o new.h5 clips",
                PACK, True),
    "extract-over-old": ("extract -j 1 --size 8x8 --force -o new.h5 clips", PACK, True),
    "extract-resumed": ("extract -j 1 --size 8x8 -o new.h5 clips", PACK, True),
    "extract-list": ("extract -j 1 --size 8x8 --classes @names -o new.h5 @list", PACK, True),
    "extract-tutorial": ("extract -j 1 --size 8x8 --layout tutorial --classes @mat.names "
                         "-o new.h5 tutorial", PACK, True),
    "pack-info": ("pack info a.h5", None, False),
    "pack-verify": ("pack verify a.h5", None, False),
    "pack-diff": ("pack diff a.h5 a.h5", None, False),
    "pack-sheet": ("pack sheet -o new.png a.h5", "new.png", False),
    "pack-export": ("pack export --npy new a.h5", "new/labels.npy", False),
    "pack-export-jpeg": ("pack export --jpeg new a.h5", "new/q3_2_data.mat", False),
    "pack-resplit": ("pack resplit --seed 7 -o new.h5 a.h5", PACK, False),
    "pack-merge": ("pack merge -o new.h5 s1.h5 s2.h5", PACK, False),
    "train": ("train -q --threads 2 --net fast.net --epochs 1 --batch 4 -o run a.h5",
              "run/model.h5", False),
    "train-init": ("train -q --threads 1 --net fast.net --init run.old/model.h5 --epochs 1 "
                   "--batch 4 -o run a.h5", "run/model.h5", False),
    "train-resumed": ("train -q --threads 2 --resume run --epochs 2 a.h5", "run/model.h5", False),
    "predict": ("predict --threads 2 -o new.csv run.old/model.h5 a.h5", "new.csv", False),
    "model-info": ("model info run.old/model.h5", None, False),
    "model-export": ("model export -o new.onnx run.old/model.h5", "new.onnx", False),
    "model-export-safetensors": ("model export --force -o new.safetensors run.old/model.h5",
                                 "new.safetensors", False),
}
# A folder of these fails as a whole, or its clips fail one by one: other bytes.
CLIPS_MAY_FAIL = {name for name in SCENARIOS if name.startswith("extract")}


def program(build, words):
    return [os.path.join(build, "tools", words[0], words[0])] + words[1:]


def must(command, folder, codes=(0,)):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def mat_vector(name, values):
    """A column of doubles as a MATLAB level 5 array."""
    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)
    body = element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<ii", len(values), 1)) \
        + element(1, name) + element(9, struct.pack(f"<{len(values)}d", *values))
    return element(14, body)


def make_tutorial(folder, plain):
    """Two labelled clips and one to validate, their images being parts of one video."""
    for part, clip in (("train", 1), ("train", 2), ("val", 1), ("test", 1)):
        for number in (1, 2, 3):
            path = os.path.join(folder, f"tutorial/{part}Clips/{clip:05}/{number}.jpg")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            must(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=32x32", "-frames:v",
                  "1", path], folder)
    write(os.path.join(folder, "tutorial/q3_2_data.mat"),
          b"MATLAB 5.0".ljust(124) + b"\0\1IM"
          + mat_vector(b"trLb", [1.0, 2.0]) + mat_vector(b"valLb", [2.0]))
    write(os.path.join(folder, "mat.names"), b"One\nTwo\n")


def make_inputs(folder, plain):
    """What all scenarios start from, made by the undisturbed programs."""
    def run(text, codes=(0,)):
        must(program(plain, text.split()), folder, codes)
    must([os.path.join(plain, "data", "make-clips"), "--classes", "2", "--groups", "4", "--clips",
          "1", "clips"], folder)
    classes = sorted(os.listdir(os.path.join(folder, "clips")))
    run("extract --size 8x8 -o a.h5 clips")
    run("extract --size 8x8 --shard 1/2 -o s1.h5 clips")
    run("extract --size 8x8 --shard 2/2 -o s2.h5 clips")
    names = "".join(f"{i} {name}\n" for i, name in enumerate(classes, 1))
    write(os.path.join(folder, "lists/classInd.txt"), names.encode())
    for kind, groups in (("train", ("01", "02", "03")), ("test", ("04",))):
        lines = [f"{c}/v_{c}_g{g}_c01.avi" + (f" {i}" if kind == "train" else "")
                 for i, c in enumerate(classes, 1) for g in groups]
        write(os.path.join(folder, f"lists/{kind}list01.txt"), "\n".join(lines).encode())
    write(os.path.join(folder, "names"), "\n".join(classes).encode())
    listed = [f"clips/{c}/v_{c}_g01_c01.avi\t{c}\n" for c in classes]
    write(os.path.join(folder, "list"), "".join(listed).encode())
    write(os.path.join(folder, "fast.net"), b"flatten\nlinear\n")
    run("train -q --net fast.net --epochs 1 --batch 4 -o run.old a.h5")
    make_tutorial(folder, plain)
    # One clip of all is no video; it was, when the packs above were made.
    write(os.path.join(folder, "clips", classes[0], f"v_{classes[0]}_g04_c01.avi"), b"no video")
    write(os.path.join(folder, "old.bytes"), b"what was there before\n")


class Outcome:
    def __init__(self, folder, target, done):
        self.status = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr
        path = os.path.join(folder, target) if target else None
        self.bytes = open(path, "rb").read() if path and os.path.exists(path) else None


class Scenario:
    def __init__(self, name, inputs, plain, fault):
        self.name = name
        text, self.target, self.some_left_out = SCENARIOS[name]
        self.words = text.split()
        self.inputs, self.plain, self.fault = inputs, plain, fault
        self.template = []  # files to copy into each folder
        self.complaints = []
        self.runs = 0
        self.hits = 0

    def folder(self):
        folder = tempfile.mkdtemp(prefix=self.name + ".", dir=os.getcwd())
        for entry in os.listdir(self.inputs):
            os.symlink(os.path.join(self.inputs, entry), os.path.join(folder, entry))
        if self.name == "extract-over-old":
            shutil.copy(os.path.join(self.inputs, "old.bytes"), os.path.join(folder, PACK))
        for path in self.template:
            shutil.copy(path, folder)
        if self.name == "train-resumed":
            self.stop_run(folder)
        return folder

    def stop_run(self, folder):
        """A run whose last epoch is over, and that has not come to its model."""
        run = os.path.join(folder, "run")
        shutil.copytree(os.path.join(self.inputs, "run.old"), run)
        os.unlink(os.path.join(run, "model.h5"))

    def old(self):
        return b"what was there before\n" if self.name == "extract-over-old" else None

    def run(self, folder, build, number=None):
        words = list(self.words)
        if number is None and words[0] == "train" and "--resume" not in words:
            words.append("--force")
        env = dict(os.environ, LC_ALL="C", TZ="UTC", ASAN_OPTIONS=ASAN, UBSAN_OPTIONS=UBSAN)
        if number is not None:
            env["TRIPTYCH_TEST_FAULT_LOG"] = os.path.join(folder, "fault.log")
            env["TRIPTYCH_TEST_FAULT"] = str(number)
        try:
            done = subprocess.run(program(build, words), cwd=folder, env=env, timeout=LIMIT,
                                  capture_output=True, text=True, errors="replace",
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as late:
            done = subprocess.CompletedProcess(late.cmd, 124, "", "ran into the time limit")
        return Outcome(folder, self.target, done)

    def calls(self, folder):
        """(name, caller, outer) of every call, in order; and whether one failed."""
        with open(os.path.join(folder, "fault.log"), "rb") as file:
            count, flags = struct.unpack("<QQ", file.read(16))
            records = file.read(count * RECORD.size)
        return [(n.rstrip(b"\0").decode(), a, b) for a, b, n in RECORD.iter_unpack(records)], flags

    def start(self):
        """The undisturbed run: what comes out, and which calls there are."""
        if self.name == "extract-resumed":
            self.make_half()
        folder = self.folder()
        self.whole = self.run(folder, self.fault, 0)
        good = (3, 0) if self.some_left_out else (0,)
        if self.whole.status not in good or (self.target and self.whole.bytes is None):
            sys.exit(f"{self.name}: undisturbed: exit status {self.whole.status}\n"
                     f"{self.whole.stderr}")
        self.list, _ = self.calls(folder)
        shutil.rmtree(folder)

    def make_half(self):
        """What a run leaves that a full disk has stopped: a part of the clips."""
        folder = self.folder()
        self.run(folder, self.fault, 0)
        calls, _ = self.calls(folder)
        writes = [i for i, c in enumerate(calls, 1) if c[0] == "pwrite64"]
        for number in writes[len(writes) // 2:]:
            shutil.rmtree(folder)
            folder = self.folder()
            if re.search(r"^extract: [1-7] of 8 clips are kept",
                         self.run(folder, self.fault, number).stderr, re.MULTILINE):
                break
        else:
            sys.exit(f"{self.name}: no failing write leaves a part of a pack")
        kept = tempfile.mkdtemp(prefix="half.", dir=os.getcwd())
        for end in (".partial", ".journal"):
            shutil.copy(os.path.join(folder, PACK + end), kept)
            self.template.append(os.path.join(kept, PACK + end))
        shutil.rmtree(folder)

    def choose(self, every):
        if every:
            return list(range(1, len(self.list) + 1))
        first, last = {}, {}
        for number, call in enumerate(self.list, 1):
            first.setdefault(call, number)
            last[call[:2]] = number
        return sorted(set(first.values()) | set(last.values()))

    def try_one(self, number):
        folder = self.folder()
        try:
            outcome = self.run(folder, self.fault, number)
            calls, hit = self.calls(folder)
            what = f"call {number} ({self.list[number - 1][0]})"
            if number <= len(calls):
                what = f"call {number} ({calls[number - 1][0]})"
            return hit, [f"{self.name}: {what}: {c}" for c in self.judge(folder, outcome, hit)]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def judge(self, folder, outcome, hit):
        said = outcome.stderr
        shown = "\n".join(said.splitlines()[:40])
        if outcome.status in (99, 124) or outcome.status < 0 or outcome.status > 3 \
                or re.search(r"Sanitizer|runtime error", said):
            yield f"exit status {outcome.status}\n{shown}"
            return
        speaks = r"(extract|pack|train|predict|model)[ a-z]*: ."
        if outcome.status in (1, 2) and not re.match(speaks, said):
            yield f"exit status {outcome.status} and no message\n{shown}"
        if outcome.status == 2:
            yield f"wrong use, it says\n{shown}"
        if outcome.status == 3 and not self.some_left_out:
            yield f"exit status 3\n{shown}"
        if not hit and (outcome.status, outcome.stdout) != (self.whole.status, self.whole.stdout):
            yield f"nothing failed, and yet: exit status {outcome.status}\n{shown}"
        if self.target:
            yield from self.judge_target(folder, outcome, shown)
        elif outcome.status == 0 and outcome.stdout != self.whole.stdout:
            yield f"exit status 0 and another output\n{outcome.stdout}"

    def judge_target(self, folder, outcome, shown):
        whole = outcome.bytes == self.whole.bytes
        if outcome.status in (0, 3) and not whole:
            if self.name not in CLIPS_MAY_FAIL or outcome.bytes is None \
                    or not self.verifies(folder):
                yield f"exit status {outcome.status}, and {self.target} is not right\n{shown}"
        elif outcome.status == 1:
            if not whole and outcome.bytes != self.old():
                yield f"{self.target}: neither as before nor whole\n{shown}"
            if not whole:
                yield from self.judge_again(folder, shown)

    def verifies(self, folder):
        done = subprocess.run(program(self.plain, ["pack", "verify", PACK]), cwd=folder,
                              capture_output=True, timeout=LIMIT)
        return done.returncode == 0

    def judge_again(self, folder, shown):
        """What was left behind is in nobody's way."""
        again = self.run(folder, self.plain)
        if again.bytes != self.whole.bytes and not (
                self.name in CLIPS_MAY_FAIL and again.status in (0, 3) and self.verifies(folder)):
            yield f"once more, undisturbed: exit status {again.status}\n{again.stderr}" \
                  f"after\n{shown}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plain")
    parser.add_argument("fault")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("scenarios", nargs="*")
    args = parser.parse_args()
    plain, fault = os.path.abspath(args.plain), os.path.abspath(args.fault)
    inputs = tempfile.mkdtemp(prefix="inputs.", dir=os.getcwd())
    make_inputs(inputs, plain)
    failed, seen = 0, set()
    names = args.scenarios or list(SCENARIOS)
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for count, name in enumerate(names, 1):
            scenario = Scenario(name, inputs, plain, fault)
            scenario.start()
            numbers = scenario.choose(args.all)
            if not args.all:  # a place that another command of the program came by is done
                numbers = [n for n in numbers
                           if (scenario.words[0], scenario.list[n - 1]) not in seen]
                seen |= {(scenario.words[0], call) for call in scenario.list}
            complaints, hits = [], 0
            for hit, found in pool.map(scenario.try_one, numbers):
                hits += hit
                complaints += found
            if hits == 0 and numbers:
                complaints.append(f"{name}: nothing was made to fail")
            failed += bool(complaints)
            print(f"{'not ok' if complaints else 'ok'} {count} - {name}: {hits} failures made of "
                  f"{len(scenario.list)} calls", flush=True)
            for complaint in complaints[:25]:
                print("# " + complaint.replace("\n", "\n#   "), flush=True)
    print(f"1..{len(names)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
