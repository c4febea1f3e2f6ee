#!/usr/bin/env python3
"""Run the command lines that a text shows without their output: does each end well?

    commands_judge.py TEXT FOLDER    programs in PATH; prints TAP

TEXT is the file of a page of the documentation, or of what --help says. Of its
indented blocks those count that begin with one of our programs, with GNU parallel, or
with `#!`: the last are scripts for Slurm, run once for each number of their array.
Every block has a fresh copy of FOLDER, which holds the files that the texts speak of;
what a line makes is taken away before. `[--option VALUE]` says what may be left out, and is."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = r"(?:triptych )?(?:extract|pack|train|predict|model|parallel)\b"
LIMIT = 120  # seconds for a line


def blocks_of(text):
    """[(number of the first line, lines)], without indentation"""
    found, block, indent, before = [], [], "", ""
    for number, line in enumerate(text.split("\n") + [""], 1):
        begins = re.match(rf"( {{2}}| {{4}})({PROGRAMS}|#!)", line)
        if begins and not before.startswith(begins[1]):
            indent, start = begins[1], number
        if indent and line.startswith(indent):
            block.append(line[len(indent):])
        elif block:
            found.append((start, block))
            block, indent = [], ""
        before = line
    return found


def commands_of(block):
    """Lines of a shell, those that go on put together; a script is one."""
    if block[0].startswith("#!"):
        last = re.search(r"--array=1-([0-9]+)", "\n".join(block))[1]
        script = "\n".join(block)
        return [f"for i in $(seq {last}); do SLURM_CPUS_PER_TASK=1 SLURM_ARRAY_TASK_ID=$i "
                f"bash -eu <<'SCRIPT' || exit\n{script}\nSCRIPT\ndone"]
    whole = "\n".join(block).replace("\\\n", " ")
    return [re.sub(r" \[--[^]]*\]", "", line) for line in whole.split("\n")]


def run(command, folder):
    made = re.findall(r"(?: -o| --npy| --jpeg| --html| --svg) (\S+)", command)
    if "--shard" in command:
        made += [name for name in os.listdir(folder) if name.startswith("shard-")]
    for path in (os.path.join(folder, name) for name in made):
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.remove(path)
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", command], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, check=False, timeout=LIMIT)
    return done.returncode, done.stdout.decode(errors="replace")


def main():
    page, fixtures = sys.argv[1:]
    count = failed = 0
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for number, block in blocks_of(text):
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(scratch, "folder")
            shutil.copytree(fixtures, folder, symlinks=True)
            for command in commands_of(block):
                status, said = run(command, folder)
                count += 1
                failed += status != 0
                shown = command.split("\n")[0].replace("#", "")
                print(f"{'not ok' if status else 'ok'} {count} - line {number}: {shown}")
                for line in said.split("\n") if status else []:
                    print(f"# {line}")
    print(f"1..{count}")
    return failed or not count


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
