#!/usr/bin/env python3
"""Does a file of safetensors hold a model's parameters, laid out as its format
says? Usage: safetensors_judge.py FILE.safetensors MODEL.h5"""
import json
import struct
import sys

import h5py
import numpy as np

TYPES = {"F32": np.dtype("<f4"), "I64": np.dtype("<i8")}


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    assert (8 + length) % 8 == 0, "the numbers are not aligned"
    assert header.pop("__metadata__") == {"format": "pt"}
    numbers = data[8 + length:]
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, after = entry["data_offsets"]
        assert begin == end, f"a gap before {name}"
        end = after
        kind = TYPES[entry["dtype"]]
        tensors[name] = np.frombuffer(numbers[begin:after], kind).reshape(entry["shape"])
    assert end == len(numbers), "bytes behind the last tensor"
    return tensors


def main():
    tensors = read(sys.argv[1])
    with h5py.File(sys.argv[2]) as model:
        parameters = {name: values[:] for name, values in model["parameters"].items()}
    assert sorted(tensors) == sorted(parameters), "other names"
    for name, wanted in parameters.items():
        counter = name.endswith("num_batches_tracked")
        assert tensors[name].shape == (() if counter else wanted.shape), name
        assert tensors[name].dtype == (np.dtype("<i8") if counter else np.dtype("<f4")), name
        assert np.array_equal(tensors[name].reshape(wanted.shape), wanted), name
    print(len(tensors), "tensors")


if __name__ == "__main__":
    main()
