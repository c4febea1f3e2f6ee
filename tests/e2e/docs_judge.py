#!/usr/bin/env python3
"""Do what a page of the documentation says, and compare what comes of it.

    docs_judge.py PAGE [HEADING]    in an empty folder, programs in PATH; prints TAP

Of PAGE, or of its part under the line `## HEADING` alone, every indented block
counts. One that begins with `$ ` is a session of the shell: the lines behind a
command are its output, standard error included; a line `...` stands for any
lines. (A command that goes on has a backslash at the end of its line.) One that
begins with `>>> ` is a session of Python, held to what doctest says. Any other is
a piece of Python; all of a page share one name space. With 77 it says that a
module is missing which the page imports."""
import doctest
import io
import re
import subprocess
import sys


def blocks_of(text):
    """[(number of the first line, lines without their indentation)]"""
    found, block, start = [], [], 0
    for number, line in enumerate(text.split("\n") + ["end"], 1):
        if line.startswith("    ") or (block and not line):
            start = start if block else number
            block.append(line[4:])
        elif block:
            while not block[-1]:
                block.pop()
            found.append((start, block))
            block = []
    return found


def part_of(text, heading):
    """The page with only the lines under one heading; others are blank."""
    kept, inside = [], False
    for line in text.split("\n"):
        if line.startswith("## "):
            inside = line[3:] == heading
        kept.append(line if inside else "")
    if not any(kept):
        sys.exit(f"no heading '## {heading}'")
    return "\n".join(kept)


def same(wanted, got):
    """Empty lines at the end count on neither side."""
    pattern, any_lines = "", r"(?:.*\n)*?"
    for line in "\n".join(wanted).rstrip("\n").split("\n"):
        pattern += any_lines if line == "..." else re.escape(line) + r"\n"
    return re.fullmatch(pattern, got.rstrip("\n") + "\n") is not None


def session(block):
    """[(command, lines of output)]"""
    steps, goes_on = [], False
    for line in block:
        if goes_on:
            steps[-1][0] += "\n" + line
        elif line.startswith("$ "):
            steps.append([line[2:], []])
        else:
            steps[-1][1].append(line)
        goes_on = not steps[-1][1] and steps[-1][0].endswith("\\")
    return steps


def run_shell(block):
    for command, wanted in session(block):
        done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
                              timeout=300)
        got = done.stdout.decode()
        if not same(wanted, got):
            return f"$ {command}\n--- wanted\n" + "\n".join(wanted) + f"\n--- got\n{got}"
        if done.returncode and not wanted:
            return f"$ {command}: exit status {done.returncode}\n{got}"
    return None


def run_session(block, names, where):
    test = doctest.DocTestParser().get_doctest("\n".join(block) + "\n", names, where, where, 0)
    said = io.StringIO()
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=said.write, clear_globs=False)
    names.update(test.globs)
    return said.getvalue() or None


def run_python(block, names, where):
    try:
        exec(compile("\n".join(block), where, "exec"), names)  # the page, in this very tree
    except ImportError:
        raise
    except Exception as error:  # whatever it is, the page is wrong
        return repr(error)
    return None


def main():
    page = sys.argv[1]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    if len(sys.argv) > 2:
        text = part_of(text, sys.argv[2])
    names, count, failed = {"__name__": "page"}, 0, 0
    for line, block in blocks_of(text):
        where = f"line {line}"
        if block[0].startswith("$ "):
            fault = run_shell(block)
        elif block[0].startswith(">>> "):
            fault = run_session(block, names, where)
        else:
            fault = run_python(block, names, where)
        count += 1
        failed += fault is not None
        print(f"{'not ok' if fault else 'ok'} {count} - {where}: {block[0]}".replace("#", ""))
        for detail in (fault or "").split("\n") if fault else []:
            print(f"# {detail}")
    print(f"1..{count}")
    return names, failed or not count


if __name__ == "__main__":
    try:
        sys.exit(1 if main()[1] else 0)
    except ImportError as missing:
        print(f"# {missing}")
        sys.exit(77)
