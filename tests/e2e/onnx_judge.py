#!/usr/bin/env python3
"""Is a model in ONNX what predict computes? ONNX's own checker accepts it, and
its nodes, computed here one by one in double, give predict's softmax on every
frame of a pack. Usage: onnx_judge.py MODEL.onnx PACK.h5 TABLE.csv, the table
being predict's with --scores."""
import csv
import math
import sys

import h5py
import numpy as np
import onnx
from onnx import numpy_helper


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def padded(x, pads, value):
    top, left, bottom, right = pads
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)


def windows(x, kernel, strides, dilations):
    """[images][channels][rows][columns][kernel rows][kernel columns]"""
    span = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    view = np.lib.stride_tricks.sliding_window_view(x, span, axis=(2, 3))
    return view[:, :, ::strides[0], ::strides[1], ::dilations[0], ::dilations[1]]


def convolve(a, x, weight, bias=None):
    view = windows(padded(x, a["pads"], 0), a["kernel_shape"], a["strides"], a["dilations"])
    groups = a["group"]
    parts = [np.einsum("ncyxij,ocij->noyx", v, w) for v, w in
             zip(np.split(view, groups, 1), np.split(weight, groups, 0))]
    y = np.concatenate(parts, 1)
    return y if bias is None else y + bias[:, None, None]


def max_pool(a, x):
    view = windows(padded(x, a["pads"], -math.inf), a["kernel_shape"], a["strides"],
                   a["dilations"])
    return view.max((4, 5))


def average_pool(a, x):
    one = [1, 1]
    shape, strides = a["kernel_shape"], a["strides"]
    total = windows(padded(x, a["pads"], 0), shape, strides, one).sum((4, 5))
    if a["count_include_pad"]:
        return total / (shape[0] * shape[1])
    ones = padded(np.ones_like(x), a["pads"], 0)
    return total / windows(ones, shape, strides, one).sum((4, 5))


def batch_norm(a, x, weight, bias, mean, var):
    shape = (-1,) + (1,) * (x.ndim - 2)
    scale = weight / np.sqrt(var + a["epsilon"])
    return (x - mean.reshape(shape)) * scale.reshape(shape) + bias.reshape(shape)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def take_slice(a, x, starts, ends, axes):
    where = [slice(None)] * x.ndim
    for start, end, axis in zip(starts, ends, axes):
        where[axis] = slice(start, end)
    return x[tuple(where)]


OPS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Cast": lambda a, x: x.astype(np.float64),
    "Concat": lambda a, *x: np.concatenate(x, a["axis"]),
    "Conv": convolve,
    "Div": lambda a, x, y: x / y,
    "Elu": lambda a, x: np.where(x > 0, x, a["alpha"] * np.expm1(np.minimum(x, 0))),
    "Erf": lambda a, x: np.vectorize(math.erf)(x),
    "Flatten": lambda a, x: x.reshape(len(x), -1),
    "Gemm": lambda a, x, w, b=0: x @ w.T + b,
    "GlobalAveragePool": lambda a, x: x.mean((2, 3), keepdims=True),
    "Greater": lambda a, x, y: x > y,
    "Identity": lambda a, x: x,
    "LeakyRelu": lambda a, x: np.where(x > 0, x, a["alpha"] * x),
    "MaxPool": max_pool,
    "Mul": lambda a, x, y: x * y,
    "ReduceMean": lambda a, x: x.mean(tuple(a["axes"]), keepdims=True),
    "Relu": lambda a, x: np.maximum(x, 0),
    "Reshape": lambda a, x, shape: x.reshape(shape),
    "Sigmoid": lambda a, x: sigmoid(x),
    "Slice": take_slice,
    "Softplus": lambda a, x: np.logaddexp(0, x),
    "Sqrt": lambda a, x: np.sqrt(x),
    "Sub": lambda a, x, y: x - y,
    "Sum": lambda a, *x: sum(x),
    "Tanh": lambda a, x: np.tanh(x),
    "Transpose": lambda a, x: x.transpose(a["perm"]),
    "Where": lambda a, c, x, y: np.where(c, x, y),
}


def compute(graph, frames):
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    values = {k: v.astype(np.float64) if v.dtype == np.float32 else v for k, v in values.items()}
    values[graph.input[0].name] = frames
    for node in graph.node:
        values[node.output[0]] = OPS[node.op_type](attributes(node),
                                                   *[values[name] for name in node.input])
    return values[graph.output[0].name]


def main():
    model = onnx.load(sys.argv[1])
    onnx.checker.check_model(model, full_check=True)
    assert [i.name for i in model.graph.input] == ["frames"]
    assert [o.name for o in model.graph.output] == ["logits"]
    dims = model.graph.input[0].type.tensor_type.shape.dim
    assert dims[0].dim_param == "batch", "the batch is not free"
    with h5py.File(sys.argv[2]) as pack:
        frames = pack["frames"][:]
    stacked = len(dims) == 5
    logits = compute(model.graph, frames if stacked else frames.reshape(-1, *frames.shape[2:]))
    softmax = np.exp(logits - logits.max(1, keepdims=True))
    softmax /= softmax.sum(1, keepdims=True)
    if stacked:
        softmax = softmax.repeat(frames.shape[1], 0)
    with open(sys.argv[3], newline="") as file:
        header, *rows = csv.reader(file)
    names = [n[len("score_"):] for n in header[2:]]
    metadata = {p.key: p.value for p in model.metadata_props}
    assert metadata["classes"].split("\n") == names, "other class names"
    wanted = np.array([[float(v) for v in row[2:]] for row in rows])
    assert wanted.shape == softmax.shape, (wanted.shape, softmax.shape)
    # Single precision on one side, six digits in the table.
    worst = np.abs(softmax - wanted).max()
    assert worst < 1e-5, f"the softmax differs by {worst}"
    assert np.ptp(wanted, axis=0).max() > 1e-3, "the model says the same of every frame"
    print(f"{len(rows)} frames, largest difference {worst:.2g}")


if __name__ == "__main__":
    main()
