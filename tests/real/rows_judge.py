#!/usr/bin/env python3
"""Judge the rows of a pack of UCF101 clips against the official lists, read
here independently. Usage: rows_judge.py CLIPS SPLITS PACK; prints TAP."""
import collections
import os
import re
import sys

import h5py

PARTS = ["none", "train", "val", "test"]


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = False

    def point(self, name, complaints):
        self.count += 1
        self.failed |= bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} - {name}")
        for complaint in complaints[:10]:
            print(f"# {complaint}")


def read_lists(folder):
    """Class names in order, and for each fold {clip in lower case: part}."""
    with open(os.path.join(folder, "classInd.txt"), encoding="ascii") as file:
        classes = [line.split()[1] for line in file if line.strip()]
    folds = {}
    for fold in (1, 2, 3):
        parts = {}
        for part in ("train", "test"):
            with open(os.path.join(folder, f"{part}list0{fold}.txt"), encoding="ascii") as file:
                parts.update({line.split()[0].lower(): part for line in file if line.strip()})
        folds[f"ucf101-{fold}"] = parts
    return classes, folds


def find_clips(folder):
    return [f"{name}/{file}" for name in os.listdir(folder)
            if os.path.isdir(os.path.join(folder, name))
            for file in os.listdir(os.path.join(folder, name)) if file.endswith(".avi")]


def texts(dataset):
    return [value.decode() if isinstance(value, bytes) else value for value in dataset[:]]


def names_of(dataset):
    """Member name of each value of an enum dataset."""
    by_value = {v: k for k, v in h5py.check_enum_dtype(dataset.dtype).items()}
    return [by_value[value] for value in dataset[:].tolist()]


def different(what, paths, got, want):
    return [f"{path}: {what} is {g}, not {w}" for path, g, w in zip(paths, got, want) if g != w]


def judge_rows(tap, pack, clips, classes):
    paths = texts(pack["clips/path"])
    want = sorted(clips, key=lambda p: (classes.index(p.split("/")[0]), p.encode()))
    tap.point(f"all {len(clips)} clips, by class and path",
              different("path", range(len(want)), paths, want)
              + ([] if len(paths) == len(want) else [f"{len(paths)} rows"]))
    tap.point("labels are the folders' names",
              different("label", paths, names_of(pack["labels"]), [p.split("/")[0] for p in paths]))
    members = h5py.check_enum_dtype(pack["labels"].dtype)
    by_number = sorted(members, key=members.get)
    tap.point("the enum holds all classes in the official order, then unlabelled",
              [] if by_number == classes + ["unlabelled"] else [str(by_number)])
    tap.point("groups are those of the names",
              different("group", paths, texts(pack["clips/group"]),
                        [re.search(r"_(g\d+)_", p).group(1) for p in paths]))
    status = collections.Counter(names_of(pack["clips/status"]))
    tap.point("every clip decoded", [] if status == {"ok": len(paths)} else [str(status)])
    return paths


def judge_splits(tap, pack, paths, folds):
    for name, parts in folds.items():
        tap.point(f"{name} is as the lists say",
                  different("part", paths, names_of(pack["splits"][name]),
                            [parts.get(path.lower(), "none") for path in paths]))
    columns = {name: names_of(pack["splits"][name]) for name in pack["splits"]}
    tap.point("there is a split by groups", [] if "groups" in columns else [str(list(columns))])
    for name, column in columns.items():
        sides = collections.defaultdict(set)
        for path, part in zip(paths, column):
            sides[(path.split("/")[0], re.search(r"_(g\d+)_", path).group(1))].add(part)
        tap.point(f"{name} keeps groups together",
                  [f"{group}: {', '.join(s)}" for group, s in sides.items() if len(s) > 1])
    counts = collections.Counter(columns.get("groups", []))
    tap.point("the split by groups has three parts",
              [] if all(counts[part] > 0 for part in PARTS[1:]) and not counts["none"]
              else [str(counts)])


def main():
    clips_folder, splits_folder, pack_path = sys.argv[1:]
    classes, folds = read_lists(splits_folder)
    tap = Tap()
    with h5py.File(pack_path, "r") as pack:
        paths = judge_rows(tap, pack, find_clips(clips_folder), classes)
        judge_splits(tap, pack, paths, folds)
        tap.point("the pixels are pictures",
                  [f"{path}: nothing but one colour" for path, frames
                   in zip(paths, pack["frames"]) if frames.min() == frames.max()])
    print(f"1..{tap.count}")
    sys.exit(tap.failed)


if __name__ == "__main__":
    main()
