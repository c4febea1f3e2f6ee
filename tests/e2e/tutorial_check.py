#!/usr/bin/python3
"""Hold the pack of the tutorial's own data set against its csv files.

    tutorial_check.py PACK DIR

Prints TAP; exit status 1 if a row's label, group or part is another than the
csv files and folders say.
"""
import csv
import os
import re
import sys

import h5py


def main():
    pack_path, folder = sys.argv[1:]
    expected = {}
    for part in ("train", "val", "test"):
        for clip in os.listdir(os.path.join(folder, part + "Clips")):
            expected[f"{part}Clips/{clip}"] = ("unlabelled", "", part)
    for part in ("train", "val"):
        with open(os.path.join(folder, part + "_labels.csv"), newline="") as file:
            for row in csv.DictReader(file):
                group = re.findall(r"_(g\d+)_", row["source"])[-1]
                expected[f"{part}Clips/{row['clip']}"] = (row["class"], group, part)
    with h5py.File(pack_path, "r") as pack:
        def words(name):
            names = {v: k for k, v in h5py.check_enum_dtype(pack[name].dtype).items()}
            return [names[v] for v in pack[name][:]]
        found = dict(zip((p.decode() for p in pack["clips/path"][:]),
                         zip(words("labels"), (g.decode() for g in pack["clips/group"][:]),
                             words("splits/tutorial"))))
        rows = len(pack["labels"])
        order = list(zip(pack["labels"][:], pack["clips/path"][:]))
        full = bool((pack["clips/frame_count"][:] == 3).all())
    points = [
        ("every folder is a row", rows == len(expected) and set(found) == set(expected)),
        ("labels, groups and parts", found == expected),
        ("rows stand in order of class and path", order == sorted(order)),
        ("every clip has three images", full),
    ]
    for number, (name, good) in enumerate(points, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
    wrong = [p for p in expected if found.get(p) != expected[p]]
    for path in wrong[:10]:
        print(f"# {path}: {found.get(path)}, not {expected[path]}")
    print(f"1..{len(points)}")
    return 0 if all(good for _, good in points) else 1


sys.exit(main())
