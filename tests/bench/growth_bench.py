#!/usr/bin/env python3
"""How the cost of layers and nets grows, beside PyTorch, in turns.

  growth_bench.py --build BUILD [options]

BUILD is a build folder with tests/bench/nets-bench. It and torch_net.py run the
same cases one after the other, several rounds; a line gives the medians of both
and their ratio, PyTorch's time over ours. Nothing but the passes is timed: no
optimiser, no reading. Ours copies the input in, theirs has it already.

Lines with a ratio below 1 are marked with < and, where it is known, a letter: the
reason is below the table. Ends with status 1 where there is such a line.
"""
import argparse
import os
import statistics
import subprocess
import sys

import bench_report

TUTORIAL = "conv 7x7x{0};relu;maxpool 2;conv 7x7x{1};relu;maxpool 2;flatten;relu;linear"


def stage(channels):
    return (f"conv 3x3x{channels} stride=2 padding=1 bias=off;batchnorm;relu;"
            f"residual relu {{;conv 3x3x{channels} padding=1 bias=off;batchnorm;relu;"
            f"conv 3x3x{channels} padding=1 bias=off;batchnorm;}};")


RESIDUAL = stage(16) + stage(32) + stage(64) + "globalavgpool;flatten;linear"


# Why PyTorch may be ahead, by the beginning of a case's name.
MEMORY = ("takes about as long as memory does on both sides; in our pass the input is copied in "
          "and the gradient of the output written, too, which a net does not do for each layer")
BLOCKS = ("the weights are read, and a gradient of their size is written, once for each of four "
          "blocks of images, which is what keeps the bits the same for any number of threads")
CHANNELS = ("three channels fill less than half of a vector of eight on the way back to the "
            "input; a net has them in its first layer, where nobody asks for that gradient")
WHY = {"7x7, 3 to 8": CHANNELS, "relu, 16": MEMORY, "leakyrelu, 16": MEMORY,
       "sigmoid, 16": MEMORY, "tanh, 16": MEMORY, "globalavgpool, 16": MEMORY,
       "linear 512": BLOCKS, "linear 4096": BLOCKS}


class Case:
    def __init__(self, group, name, mode, net, shape=(3, 64, 64), batch=32, threads=None):
        self.group, self.name, self.mode, self.net = group, name, mode, net
        self.shape, self.batch, self.threads = shape, batch, threads

    def line(self, threads, milliseconds):
        channels, height, width = self.shape
        return (f"{self.mode} {self.threads or threads} {self.batch} {channels} {height} {width} "
                f"10 {milliseconds} {self.net}\n")


def net_cases():
    tutorial = TUTORIAL.format(8, 16)
    for name, net in (("tutorial", tutorial), ("small-residual", RESIDUAL)):
        for mode in ("train", "eval"):
            group = f"{name}, {mode}"
            for threads in (1, 2):
                yield Case(group, f"threads {threads}", mode, net, threads=threads)
            for batch in (1, 2, 4, 8, 16, 64, 128, 256, 512):
                yield Case(group, f"batch {batch}", mode, net, batch=batch)
            for side in (32, 96, 128, 160, 224):
                yield Case(group, f"image {side}x{side}", mode, net, (3, side, side), 16)
    for channels in (16, 32, 64, 128):
        yield Case("tutorial with more channels, train", f"{channels} and {2 * channels}",
                   "train", TUTORIAL.format(channels, 2 * channels), batch=8)


def convolution_cases():
    group = "one convolution, forward and backward"
    for channels in (8, 16, 32, 64, 128):
        yield Case(group, f"3x3, {channels} to {channels}, 32x32", "layer",
                   f"conv 3x3x{channels} padding=1", (channels, 32, 32))
    for size, side in ((1, 32), (5, 32), (7, 32), (3, 8), (3, 16), (3, 64)):
        yield Case(group, f"{size}x{size}, 16 to 16, {side}x{side}", "layer",
                   f"conv {size}x{size}x16 padding={size // 2}", (16, side, side))
    for text, name in (("conv 3x3x32 stride=2 padding=1", "3x3, 16 to 32, stride 2"),
                       ("conv 1x1x32 stride=2", "1x1, 16 to 32, stride 2"),
                       ("conv 3x3x16 padding=2 dilation=2", "3x3, 16 to 16, dilation 2"),
                       ("conv 3x3x16 padding=1 groups=4", "3x3, 16 to 16, 4 groups"),
                       ("conv 3x3x16 padding=1 groups=16", "3x3, 16 to 16, 16 groups")):
        yield Case(group, f"{name}, 32x32", "layer", text, (16, 32, 32))
    yield Case(group, "7x7, 3 to 8, 64x64", "layer", "conv 7x7x8", (3, 64, 64))
    yield Case(group, "3x3, 3 to 16, 224x224", "layer", "conv 3x3x16 padding=1", (3, 224, 224), 8)
    yield Case(group, "7x7 relu pool, 8 to 16, 28x28", "layer", "conv 7x7x16;relu;maxpool 2",
               (8, 28, 28))
    yield Case(group, "3x3 relu pool, 32 to 32, 32x32", "layer",
               "conv 3x3x32 padding=1;relu;maxpool 2", (32, 32, 32))
    yield Case(group, "3x3 norm relu, 32 to 32, 16x16", "layer",
               "conv 3x3x32 padding=1 bias=off;batchnorm;relu", (32, 16, 16))


def other_cases():
    group = "one layer, forward and backward"
    for words in ("relu", "leakyrelu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus",
                  "maxpool 2", "maxpool 3 stride=2 padding=1", "avgpool 2", "globalavgpool",
                  "batchnorm", "layernorm", "dropout 0.5"):
        yield Case(group, f"{words}, 16x32x32", "layer", words, (16, 32, 32))
    for inputs, outputs in ((1936, 10), (64, 10), (512, 512), (4096, 1024)):
        yield Case(group, f"linear {inputs} to {outputs}", "layer", f"flatten;linear {outputs}",
                   (inputs, 1, 1))


class Runner:
    """A program that answers a line with a line."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def median(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        words = answer.split()
        if len(words) != 2 or words[0] == "error":
            sys.exit(f"{self.name}: {line.strip()}\n{answer.strip() or 'no answer'}")
        return float(words[0])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(options, cases):
    """(ours, theirs) in microseconds for every case: medians over the rounds."""
    here = os.path.dirname(os.path.abspath(__file__))
    ours = Runner("nets-bench", [os.path.join(options.build, "tests/bench/nets-bench")])
    peer = Runner("torch_net.py", [options.python, os.path.join(here, "torch_net.py")])
    times = [([], []) for _ in cases]
    for _ in range(options.rounds):
        for case, (a, b) in zip(cases, times):
            line = case.line(options.threads, options.milliseconds)
            a.append(ours.median(line))
            b.append(peer.median(line))
    ours.close()
    peer.close()
    return [(statistics.median(a), statistics.median(b)) for a, b in times]


def reason(name, reasons):
    """A letter for why a case may be slower, or nothing; fills reasons, in order."""
    for start, why in WHY.items():
        if name.startswith(start):
            if why not in reasons:
                reasons.append(why)
            return " " + chr(ord("a") + reasons.index(why))
    return ""


def rows_of(cases, results):
    """The table, the names of cases that are slower, and notes on them."""
    rows, slower, reasons = [["", "ours, us", "PyTorch, us", "ratio", ""]], [], []
    group = None
    for case, (ours, peer) in zip(cases, results):
        if case.group != group:
            group = case.group
            rows.append([f"**{group}**", "", "", "", ""])
        mark = "<" + reason(case.name, reasons) if peer < ours else ""
        if mark:
            slower.append(f"{case.group}: {case.name}")
        rows.append([case.name, f"{ours:.0f}", f"{peer:.0f}", f"{peer / ours:.2f}", mark])
    notes = [f"{chr(ord('a') + i)}: {why}." for i, why in enumerate(reasons)]
    return rows, slower, notes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="a build folder (release)")
    parser.add_argument("--python", default="/usr/bin/python3", help="with torch")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--milliseconds", type=int, default=200,
                        help="of a case in a round; five passes at least")
    parser.add_argument("--only", help="cases whose group or name holds this text")
    parser.add_argument("--markdown", metavar="FILE", help="put the table into this document")
    options = parser.parse_args()
    cases = [case for case in [*net_cases(), *convolution_cases(), *other_cases()]
             if not options.only or options.only in f"{case.group}: {case.name}"]
    if not cases:
        sys.exit(f"--only {options.only}: no case holds this text")
    rows, slower, notes = rows_of(cases, measure(options, cases))
    note = (f"{bench_report.machine(options.threads)}; batch 32, 64x64 where nothing else is "
            f"said; medians of {bench_report.rounds(options.rounds)}")
    print(note + "\n" + bench_report.aligned([[cell.strip("*") for cell in row] for row in rows]))
    for text in notes:
        print(text)
    print(f"{len(cases) - len(slower)} of {len(cases)} are at least as fast as PyTorch")
    if options.markdown:
        bench_report.put_into(options.markdown, "growth_bench",
                              bench_report.markdown(rows, " ".join([note + ".", *notes])))
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
