#!/usr/bin/env python3
"""Commit subjects read `module: what changes`, in at most 72 characters."""
import os
import re
import subprocess

from common import Tap, tree_root

LAST = 50
SUBJECT = re.compile(r"[a-z0-9][a-z0-9_./, -]*: \S.*[^.\s]")


def complain(subject):
    if len(subject) > 72:
        return f"{len(subject)} characters, more than 72: {subject}"
    if not SUBJECT.fullmatch(subject):
        return f"not `module: what changes`: {subject}"
    return None


def main():
    root = tree_root()
    tap = Tap()
    name = f"subjects of the last {LAST} commits"
    if not os.path.exists(os.path.join(root, ".git")):
        tap.skip(name, "not a git checkout")
        tap.done()
    log = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "log", f"-{LAST}", "--no-merges",
         "--format=%H %s"], check=True, capture_output=True, text=True).stdout
    complaints = []
    for line in log.splitlines():
        commit, _, subject = line.partition(" ")
        why = complain(subject)
        if why:
            complaints.append(f"{commit[:8]}: {why}")
    tap.point(name, complaints)
    tap.done()


if __name__ == "__main__":
    main()
