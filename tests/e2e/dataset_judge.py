#!/usr/bin/env python3
"""Hold the dataset class of docs/python.md to a pack: it is taken from the page.

    dataset_judge.py PAGE PACK

Its samples must be views of the mapping and h5py's own bytes, for every part of
every split, and PyTorch's DataLoader must yield each of them once, forked workers
or none."""
import os
import sys

import h5py
import numpy
import torch

from docs_judge import blocks_of

PARTS = ("none", "train", "val", "test")


def class_of_page(page):
    with open(page, encoding="utf-8") as file:
        blocks = [block for _, block, _ in blocks_of(file.read())
                  if block[0].startswith("import") and "torch" in block[0]]
    if len(blocks) != 1:
        sys.exit(f"{page}: {len(blocks)} pieces of Python that import torch, not one")
    lines = [line for line in blocks[0] if line]
    names = {}
    exec("\n".join(blocks[0]), names)  # the page, in this very tree
    if len(lines) > 13:
        sys.exit(f"{page}: a short class is promised, but it has {len(lines)} lines")
    return names["Pack"]


def check_samples(dataset, pack, rows):
    assert list(dataset.rows) == list(rows), "other rows than the split says"
    assert len(dataset) == len(rows)
    for i, row in enumerate(rows):
        sample, label = dataset[i]
        assert numpy.shares_memory(sample.numpy(), dataset.frames), "a copy, not a view"
        assert numpy.array_equal(sample.numpy(), pack["frames"][row]), f"row {row}: other bytes"
        assert int(label) == int(pack["labels"][row]), f"row {row}: another label"


def check_loader(dataset, pack, rows, workers):
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=4, shuffle=True, num_workers=workers,
        multiprocessing_context="fork" if workers else None)
    seen = []
    for samples, labels in loader:
        seen += [(s.numpy().tobytes(), int(l)) for s, l in zip(samples, labels)]
    wanted = [(pack["frames"][row].tobytes(), int(pack["labels"][row])) for row in rows]
    assert sorted(seen) == sorted(wanted), f"{workers} workers: other samples"


def main():
    page, path = sys.argv[1:]
    make = class_of_page(page)
    before = os.stat(path).st_mtime_ns
    tried = 0
    with h5py.File(path, "r") as pack:
        for split in pack["splits"]:
            for value, part in enumerate(PARTS):
                rows = numpy.flatnonzero(pack["splits"][split][()] == value)
                dataset = make(path, split, part)
                check_samples(dataset, pack, rows)
                if len(rows):
                    tried += 1
                    check_loader(dataset, pack, rows, 0)
                    check_loader(dataset, pack, rows, 2)
    assert tried >= 3, "a pack with three parts is wanted"
    # What is written to a sample stays in this process.
    probe = make(path, "groups", "train")
    row = int(probe.rows[0])
    probe[0][0].fill_(255 - int(probe[0][0].flatten()[0]))
    with h5py.File(path, "r") as pack:
        assert not numpy.array_equal(probe[0][0].numpy(), pack["frames"][row]), "not written"
    assert os.stat(path).st_mtime_ns == before, "the pack was written to"


if __name__ == "__main__":
    main()
