#!/usr/bin/env python3
"""The same cases as nets_bench.c, in PyTorch: reads a case a line from standard
input and answers with the median and the best time of a pass, in microseconds.

  MODE THREADS BATCH CHANNELS HEIGHT WIDTH CLASSES MILLISECONDS NET

NET is a net in the project's format with ";" for the end of a line; of it, what
`layer()` below knows. A pass of "train" is forward, cross-entropy and backward,
of "layer" forward and backward for the sum of the outputs, of "eval" forward.
"""
import statistics
import sys
import time

import torch
import torch.nn as nn

PASSES_MAX, PASSES_MIN = 20000, 5


def size(text):
    parts = [int(part) for part in text.split("x")]
    return tuple(parts * 2 if len(parts) == 1 else parts)


class Diff(nn.Module):
    """Each frame of so many channels less the one before it."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        return x[:, self.channels:] - x[:, :-self.channels]


class Residual(nn.Module):
    def __init__(self, body, shortcut, activation):
        super().__init__()
        self.body, self.shortcut, self.activation = body, shortcut, activation

    def forward(self, x):
        return self.activation(self.shortcut(x) + self.body(x))


ACTIVATIONS = {
    "relu": lambda: nn.ReLU(inplace=False), "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
    "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU, "softplus": nn.Softplus,
    "leakyrelu": nn.LeakyReLU, "identity": nn.Identity,
}


def layer(words, shape, classes):
    """A layer for inputs of this shape (without the batch)."""
    name, *arguments = words
    plain = [argument for argument in arguments if "=" not in argument]
    options = dict(argument.split("=") for argument in arguments if "=" in argument)
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]()
    if name == "conv":
        height, width, outputs = (int(part) for part in plain[0].split("x"))
        return nn.Conv2d(shape[0], outputs, (height, width), size(options.get("stride", "1")),
                         size(options.get("padding", "0")), size(options.get("dilation", "1")),
                         int(options.get("groups", "1")), options.get("bias", "on") == "on")
    if name in ("maxpool", "avgpool"):
        kind = nn.MaxPool2d if name == "maxpool" else nn.AvgPool2d
        return kind(size(plain[0]), size(options.get("stride", plain[0])),
                    size(options.get("padding", "0")))
    if name == "linear":
        return nn.Linear(shape[0], int(plain[0]) if plain else classes)
    if name == "batchnorm":
        return nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])
    made = {"flatten": nn.Flatten, "globalavgpool": lambda: nn.AdaptiveAvgPool2d(1),
            "layernorm": lambda: nn.LayerNorm(shape),
            "diff": lambda: Diff(int(plain[0]) if plain else 3),
            "dropout": lambda: nn.Dropout(float(plain[0]) if plain else 0.5)}
    if name not in made:
        raise ValueError(f"no layer '{name}' here")
    return made[name]()


def sequence(lines, shape, classes):
    """Layers up to a closing brace or the end; takes their lines off the list."""
    layers, shortcut = [], nn.Identity()
    entry = shape
    while lines:
        words = lines.pop(0).split()
        if words == ["}"]:
            break
        if words[0] == "shortcut":
            shortcut = sequence(lines, entry, classes)[0]
            continue
        if words[0] == "residual":
            body, _, other = sequence(lines, shape, classes)
            activation = ACTIVATIONS[words[1] if len(words) == 3 else "identity"]()
            made = Residual(body, other, activation)
        else:
            made = layer(words, shape, classes)
        layers.append(made)
        with torch.no_grad():
            made.eval()
            shape = tuple(made(torch.zeros(1, *shape)).shape[1:])
    return nn.Sequential(*layers), shape, shortcut


def passes(case):
    mode, *numbers, text = case.split(" ", 8)
    threads, batch, channels, height, width, classes, milliseconds = map(int, numbers)
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net, shape, _ = sequence([line for line in text.split(";") if line.strip()],
                             (channels, height, width), classes)
    images = torch.rand(batch, channels, height, width) * 2 - 1
    labels = torch.arange(batch) % classes
    images.requires_grad_(mode == "layer")
    ones = torch.ones(batch, *shape)
    loss_of = nn.CrossEntropyLoss()
    net.train(mode != "eval")

    def once():
        if mode == "eval":
            with torch.no_grad():
                net(images)
            return
        net.zero_grad(set_to_none=True)
        images.grad = None
        output = net(images)
        if mode == "layer":
            output.backward(ones)
        else:
            loss_of(output, labels).backward()

    once()
    times, spent = [], 0.0
    while len(times) < PASSES_MAX and (spent < 1e-3 * milliseconds or len(times) < PASSES_MIN):
        began = time.perf_counter()
        once()
        times.append(time.perf_counter() - began)
        spent += times[-1]
    return times


def main():
    for line in sys.stdin:
        try:
            times = passes(line.rstrip("\n"))
            print(f"{1e6 * statistics.median(times):.3f} {1e6 * min(times):.3f}", flush=True)
        except (ValueError, RuntimeError) as error:
            print("error", " ".join(str(error).split()), flush=True)


if __name__ == "__main__":
    main()
