#!/usr/bin/env python3
"""train and predict against PyTorch on the same cores, in turns.

  train_bench.py --build BUILD --pack ucf10.h5 --peer pytorch_reference.py --data ucf10 [options]

BUILD is a build folder; the pack was made from the folder `ucf10` that the peer
reads (it holds the frames in memory as bytes). Every number comes from whole
runs by the clock: the difference of a long and a short run, so that start-up
cancels. A training run validates after every epoch on both sides; that part is
taken off by what evaluation was measured to cost. In every round each
measurement runs once, ours and the peer's next to each other; the ratio of a
line is the median over the rounds of the round's own ratio.

Ends with status 1 where a number is not what was wanted.
"""
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench_report

# Nets: ours -> what the peer calls it.
NETS = {"tutorial": "tutorial", "small-residual": "residual"}

# Name of a line -> net, what is done, --cpu, the ratio that is wanted.
LINES = {
    "tutorial, training": ("tutorial", "train", "auto", 6.0),
    "tutorial, training, --cpu avx2": ("tutorial", "train", "avx2", 4.0),
    "tutorial, evaluation": ("tutorial", "eval", "auto", 4.0),
    "small-residual, training": ("small-residual", "train", "auto", 1.5),
    "small-residual, evaluation": ("small-residual", "eval", "auto", 1.5),
}
START_WANTED = 0.2  # seconds to the first step
MEMORY_WANTED = 60  # MB of anonymous memory


def seconds_of(command):
    """(seconds by the clock, standard output) of a command that must succeed."""
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    seconds = time.monotonic() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nends with status {done.returncode}:\n{done.stderr}")
    return seconds, done.stdout


class Ours:
    """The programs of the build folder."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.train = os.path.join(options.build, "tools/train/train")
        self.predict = os.path.join(options.build, "tools/predict/predict")
        self.frames = {}
        self.models = {}

    def train_command(self, net, cpu, epochs):
        return [self.train, "-o", os.path.join(self.folder, f"{net}-{cpu}"), "--force", "--net",
                net, "--cpu", cpu, "--threads", str(self.options.threads), "--epochs",
                str(epochs), "--train-eval", "never", "--log-every", "0", "--split",
                self.options.split, self.options.pack]

    def prepare(self, net):
        """A model to evaluate with; also brings the pack into memory."""
        _, text = seconds_of(self.train_command(net, "auto", 1))
        found = re.search(r"train (\d+), validation (\d+), .*samples", text)
        per_sample = re.search(r"samples of (\d+) frames", text)
        if not found or not per_sample:
            sys.exit(f"{self.train}: no numbers of samples in\n{text}")
        self.frames = {part: int(count) * int(per_sample.group(1))
                       for part, count in zip(("train", "val"), found.groups())}
        self.models[net] = os.path.join(self.folder, f"{net}-auto-kept.h5")
        os.replace(os.path.join(self.folder, f"{net}-auto", "model.h5"), self.models[net])

    def training(self, net, cpu, epochs):
        return seconds_of(self.train_command(net, cpu, epochs))[0]

    def evaluation(self, net, cpu, part):
        return seconds_of([self.predict, "-q", "--cpu", cpu, "--threads",
                           str(self.options.threads), "--split", f"{self.options.split}/{part}",
                           self.models[net], self.options.pack])[0]


class Peer:
    """The PyTorch script."""

    def __init__(self, options):
        self.options = options
        self.version = "?"

    def run(self, mode, net, epochs):
        seconds, text = seconds_of([self.options.python, self.options.peer, mode,
                                    self.options.data, "--net", NETS[net], "--epochs",
                                    str(epochs), "--threads", str(self.options.threads)])
        self.version = json.loads(text.splitlines()[-1])["torch"]
        return seconds


def difference(long, short, what):
    if long <= short:
        sys.exit(f"{what}: the long run took {long:.2f} s, the short one {short:.2f} s: the "
                 "machine is too busy for a measurement")
    return long - short


def measure_evaluation(options, ours, peer, net):
    """Frames/s of both."""
    frames = ours.frames
    short = [ours.evaluation(net, "auto", "val"), peer.run("eval", net, options.peer_passes[0])]
    long = [ours.evaluation(net, "auto", "train"), peer.run("eval", net, options.peer_passes[1])]
    passes = options.peer_passes[1] - options.peer_passes[0]
    return ((frames["train"] - frames["val"]) / difference(long[0], short[0], "predict"),
            passes * frames["val"] / difference(long[1], short[1], "the peer's evaluation"))


def measure_training(options, ours, peer, net, cpus, eval_rates):
    """--cpu -> frames/s of ours, and the peer's frames/s."""
    short, long = {}, {}
    for times, which in ((short, 0), (long, 1)):
        for cpu in cpus:
            times[cpu] = ours.training(net, cpu, options.epochs[which])
        times["peer"] = peer.run("ram", net, options.peer_epochs[which])
    rates = {}
    for who in list(cpus) + ["peer"]:
        epochs = options.peer_epochs if who == "peer" else options.epochs
        epoch = difference(long[who], short[who], f"training, {who}") / (epochs[1] - epochs[0])
        validation = ours.frames["val"] / eval_rates[who == "peer"]
        rates[who] = ours.frames["train"] / difference(epoch, validation, f"an epoch, {who}")
    return rates


def measure_round(options, ours, peer, lines):
    """Line -> (ours, the peer's), frames/s."""
    results = {}
    for net in NETS:
        wanted = {name: line for name, line in lines.items() if line[0] == net}
        if not wanted:
            continue
        eval_rates = measure_evaluation(options, ours, peer, net)
        cpus = sorted({line[2] for line in wanted.values() if line[1] == "train"})
        rates = measure_training(options, ours, peer, net, cpus, eval_rates) if cpus else {}
        for name, (_, what, cpu, _) in wanted.items():
            results[name] = eval_rates if what == "eval" else (rates[cpu], rates["peer"])
    return results


# ---- start and memory ----

def first_step(ours):
    """Seconds from starting train until it says that step 1 is done."""
    command = ours.train_command("tutorial", "auto", 1)
    command[command.index("--log-every") + 1] = "1"
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as process:
        for line in process.stdout:
            if line.startswith("t = 1,"):
                seconds = time.monotonic() - start
                process.send_signal(signal.SIGINT)
                process.stdout.read()
                return seconds
    sys.exit(f"{ours.train} says nothing about its first step")


def anonymous(pid):
    """Anonymous memory of a process and its children, MB; 0 when it is gone."""
    kib = 0
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            kib = int(re.search(r"RssAnon:\s+(\d+)", status.read()).group(1))
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
            return kib / 1024 + sum(anonymous(int(child)) for child in children.read().split())
    except (OSError, AttributeError):
        return kib / 1024


def largest_memory(command):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        most = [0.0]
        stop = threading.Event()

        def watch():
            while not stop.wait(0.002):
                most[0] = max(most[0], anonymous(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        status = process.wait()
        stop.set()
        watcher.join()
    if status != 0:
        sys.exit(f"{' '.join(command)} ends with status {status}")
    return most[0]


def small_numbers(options, ours):
    """(name, value, wanted, text) of what is no ratio."""
    size = os.path.getsize(options.pack) / 1e6
    starts = [first_step(ours) for _ in range(max(options.rounds, 3))]
    start = statistics.median(starts)
    found = [(f"train to its first step, a pack of {size:.0f} MB", start, START_WANTED,
              f"{start:.3f} s ({min(starts):.3f} to {max(starts):.3f})", f"{START_WANTED} s")]
    for net in NETS:
        command = ours.train_command(net, "auto", 1)
        command[command.index("--train-eval") + 1] = "last"
        memory = largest_memory(command)
        found.append((f"{net}, anonymous memory of a run", memory, MEMORY_WANTED,
                      f"{memory:.1f} MB", f"{MEMORY_WANTED} MB"))
    return found


# ---- what comes of it ----

def ratio_rows(lines, rounds):
    rows, well = [], True
    for name, (_, _, _, wanted) in lines.items():
        pairs = [r[name] for r in rounds]
        ratios = [a / b for a, b in pairs]
        ratio = statistics.median(ratios)
        well = well and ratio >= wanted
        rows.append([name, f"{statistics.median(a for a, _ in pairs):.0f}",
                     f"{statistics.median(b for _, b in pairs):.0f}", f"{ratio:.2f}",
                     f"{min(ratios):.2f} to {max(ratios):.2f}", f"{wanted}",
                     "yes" if ratio >= wanted else "NO"])
    return rows, well


def whole_pair(text):
    low, high = (int(word) for word in text.split(","))
    if not 0 < low < high:
        raise ValueError(text)
    return low, high


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="a build folder (release)")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--split", default="tutorial", help="with parts train and val")
    parser.add_argument("--peer", required=True, help="pytorch_reference.py")
    parser.add_argument("--data", required=True, help="the folder that the pack was made of")
    parser.add_argument("--python", default="/usr/bin/python3", help="with torch")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=whole_pair, default=(1, 4), metavar="SHORT,LONG")
    parser.add_argument("--peer-epochs", type=whole_pair, default=(1, 2), metavar="SHORT,LONG")
    parser.add_argument("--peer-passes", type=whole_pair, default=(1, 8), metavar="SHORT,LONG",
                        help="of the validation part, for its evaluation")
    parser.add_argument("--only", help="lines whose name holds this text; 'none': no ratios")
    parser.add_argument("--markdown", metavar="FILE", help="put the table into this document")
    return parser.parse_args()


def main():
    options = parse()
    lines = {name: line for name, line in LINES.items()
             if not options.only or options.only in name}
    if "avx2" not in bench_report.cpu_flags():
        lines = {name: line for name, line in lines.items() if line[2] != "avx2"}
        print("this processor has no AVX2: the lines with --cpu avx2 are left out")
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = Ours(options, folder), Peer(options)
        for net in sorted({line[0] for line in lines.values()}):
            ours.prepare(net)
        peer.run("eval", "tutorial", 1)  # brings its files into memory
        rounds = []
        for i in range(options.rounds if lines else 0):
            rounds.append(measure_round(options, ours, peer, lines))
            print(f"round {i + 1}: " + ", ".join(
                f"{name} {a:.0f}/{b:.0f} = {a / b:.2f}" for name, (a, b) in rounds[-1].items()),
                flush=True)
        small = small_numbers(options, ours)
    rows, well = ratio_rows(lines, rounds)
    for name, value, wanted, text, limit in small:
        well = well and value < wanted
        rows.append([name, text, "", "", "", f"< {limit}", "yes" if value < wanted else "NO"])
    rows.insert(0, ["", "ours", f"PyTorch {peer.version}", "ratio", "of all rounds", "wanted",
                    "met"])
    note = (f"{bench_report.machine(options.threads)}; {bench_report.rounds(options.rounds)}; "
            "frames/s by the clock, medians")
    print(note + "\n" + bench_report.aligned(rows))
    if options.markdown:
        bench_report.put_into(options.markdown, "train_bench",
                              bench_report.markdown(rows, note + "."))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
