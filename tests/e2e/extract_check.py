#!/usr/bin/python3
"""Hold a pack against the official lists of UCF101 and the folder it came from.

    extract_check.py PACK SPLITS_DIR SOURCE

Everything is worked out anew from the lists and the names of the files; only
h5py reads the pack. Prints TAP; exit status 1 if anything disagrees.
"""
import os
import re
import sys

import h5py

VIDEO = (".avi",)  # what the official archive holds
count = failed = 0


def point(name, complaints):
    global count, failed
    count += 1
    failed += bool(complaints)
    print(f"{'not ok' if complaints else 'ok'} {count} - {name}")
    for complaint in complaints[:10]:
        print(f"# {complaint}")
    if len(complaints) > 10:
        print(f"# ... and {len(complaints) - 10} more")


def lines_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [line for line in (raw.strip("\r\n ") for raw in file) if line]


def read_classes(folder):
    classes = {}
    for line in lines_of(os.path.join(folder, "classInd.txt")):
        number, name = line.split(None, 1)
        classes[int(number)] = name
    return [classes[i] for i in range(1, len(classes) + 1)]


def read_fold(folder, number):
    """Lower-case "class/file" -> part."""
    parts = {}
    for kind in ("train", "test"):
        for line in lines_of(os.path.join(folder, f"{kind}list0{number}.txt")):
            name = line.split()[0].lower()
            assert name not in parts, name
            parts[name] = kind
    return parts


def enum_names(dataset):
    mapping = h5py.check_enum_dtype(dataset.dtype)
    return {value: name for name, value in mapping.items()}


def main():
    pack_path, splits, source = sys.argv[1:]
    classes = read_classes(splits)
    files = sorted(os.path.relpath(os.path.join(folder, name), source)
                   for folder, _, names in os.walk(source) for name in names
                   if name.lower().endswith(VIDEO))
    with h5py.File(pack_path, "r") as pack:
        names = enum_names(pack["labels"])
        labels = [names[v] for v in pack["labels"][:]]
        paths = [p.decode() for p in pack["clips/path"][:]]
        groups = [g.decode() for g in pack["clips/group"][:]]
        status = [enum_names(pack["clips/status"])[v] for v in pack["clips/status"][:]]
        samples = pack["clips/sample"][:]
        splits_here = {name: [enum_names(column)[v] for v in column[:]]
                       for name, column in pack["splits"].items()}
        n = [int(v) for v in pack["clips/frame_count"][:]]
        index = pack["clips/frame_index"][:]
        frames = pack["frames"].shape
        per_clip = int(pack.attrs["samples_per_clip"])

    rows = range(len(paths))
    members = [names[i] for i in range(len(classes))]
    point("the classes are those of classInd.txt, in its order",
          [] if members == classes and set(names.values()) == set(classes) | {"unlabelled"}
          else [f"{members}"])
    point("every file of the source is a clip, and nothing else is",
          [] if sorted(paths) == sorted(f for f in files for _ in range(per_clip))
          else sorted(set(paths) ^ set(files)) or ["some stand there twice"])
    by_lower = {name.lower(): name for name in classes}
    point("labels", [f"{paths[i]}: {labels[i]}" for i in rows
                     if labels[i] != by_lower[paths[i].split("/")[0].lower()]])
    point("groups", [f"{paths[i]}: {groups[i]}" for i in rows
                     if groups[i] != re.findall(r"_(g\d+)_", os.path.basename(paths[i]))[-1]])
    order = sorted(rows, key=lambda i: (classes.index(labels[i]), os.fsencode(paths[i]),
                                        samples[i]))
    point("rows stand in order of class, path, sample",
          [] if order == list(rows) else ["they do not"])

    for number in (1, 2, 3):
        fold = read_fold(splits, number)
        column = splits_here[f"ucf101-{number}"]
        wrong = []
        for i in rows:
            key = f"{labels[i]}/{os.path.basename(paths[i])}".lower()
            part = "none" if status[i] == "failed" else fold.get(key, "none")
            if column[i] != part:
                wrong.append(f"{paths[i]}: {column[i]}, listed as {part}")
        point(f"ucf101-{number} agrees with its lists "
              f"({column.count('train')} train, {column.count('test')} test)", wrong)

    for name, column in splits_here.items():
        sides = {}
        for i in rows:
            if column[i] != "none":
                sides.setdefault((labels[i], groups[i]), set()).add(column[i])
        point(f"{name}: no group is on two sides",
              [f"{group}: {parts}" for group, parts in sides.items() if len(parts) > 1])

    column = splits_here["groups"]
    wrong = [paths[i] for i in rows if (column[i] == "none") != (status[i] == "failed")]
    for label in set(labels):
        mine = [i for i in rows if labels[i] == label and status[i] != "failed"]
        have = {groups[i] for i in mine}
        parts = {column[i] for i in mine}
        if len(have) >= 3 and len(parts) < 3:
            wrong.append(f"{label}: {len(have)} groups, but only {sorted(parts)}")
        if len(have) >= 20:
            share = sum(column[i] == "train" for i in mine) / len(mine)
            if abs(share - 0.6) > 0.1:
                wrong.append(f"{label}: {share:.2f} of its clips in train")
    point("groups: every clip is in a part, and every larger class in all three", wrong)

    k, t = per_clip, frames[1]
    wrong = []
    for i in rows:
        if status[i] == "failed":
            continue
        first = int(samples[i]) * t
        expected = [(2 * j + 1) * n[i] // (2 * k * t) for j in range(first, first + t)]
        if list(index[i]) != expected:
            wrong.append(f"{paths[i]}: frames {list(index[i])} of {n[i]}, not {expected}")
    point("frames are the centres of equal segments", wrong)
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
