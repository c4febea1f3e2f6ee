#!/usr/bin/env python3
"""Do what a page of the documentation says, and compare what comes of it.

    docs_judge.py PAGE [HEADING]    in an empty folder, programs in PATH; prints TAP

Of PAGE, or of its part under the line `## HEADING` alone, every indented block
counts. One that begins with `$ ` is a session of the shell: the lines behind a
command are its output, standard error included; a line `...` stands for any
lines. (A command that goes on has a backslash at the end of its line, or `<<'WORD'` at
the end of its first one.) One that
begins with `>>> ` is a session of Python, held to what doctest says. Any other is
a piece of Python; all of a page share one name space. With 77 it says that a
module is missing which the page imports.

What no two runs have in common is told in a comment right before the block:
`<!-- varies: REGEX -->` for what may be anything (times), `<!-- within N %: REGEX -->`
for numbers that another processor rounds otherwise. Either holds for that block; REGEX
has one group, which is the part of a line that it is about. On the page are the words
of a real run."""
import doctest
import io
import re
import subprocess
import sys


def rule_of(line):
    """(regular expression, tolerance or None for anything) of a comment"""
    given = re.fullmatch(r"<!-- (?:varies|within ([0-9]+) %): (.*) -->", line)
    if not given:
        sys.exit(f"no rule of the judge: {line}")
    rule = re.compile(given[2])
    if rule.groups != 1:
        sys.exit(f"one group is needed: {line}")
    return rule, int(given[1]) / 100 if given[1] else None


def blocks_of(text):
    """[(number of the first line, lines without their indentation, its rules)]"""
    found, block, rules, start = [], [], [], 0
    for number, line in enumerate(text.split("\n") + ["end"], 1):
        if line.startswith("    ") or (block and not line):
            start = start if block else number
            block.append(line[4:])
            continue
        if block:
            while not block[-1]:
                block.pop()
            found.append((start, block, rules))
            block, rules = [], []
        if line.startswith(("<!-- varies", "<!-- within")):
            rules.append(rule_of(line))
        elif line:
            rules = []
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


def pattern_of(line, rules):
    """A line as an expression: what rules are about is a group. And these rules,
    each with the text that the page has there."""
    spots = {}
    for rule, tolerance in rules:
        for found in rule.finditer(line):
            spots.setdefault(found.span(1), (tolerance, found[1]))
    pattern, at, said = "", 0, []
    for (start, end), spot in sorted(spots.items()):
        if start >= at:
            pattern += re.escape(line[at:start]) + r" *(\S+?)"
            said.append(spot)
            at = end
    return re.sub(r"(?:\\ )+", " +", pattern + re.escape(line[at:])), said


def same(wanted, got, rules=()):
    """Empty lines at the end count on neither side. With rules, how many spaces
    stand between two words does not either."""
    pattern, said = "", []
    for line in "\n".join(wanted).rstrip("\n").split("\n"):
        if line == "...":
            pattern += r"(?:.*\n)*?"
            continue
        here, spots = pattern_of(line, rules) if rules else (re.escape(line), [])
        pattern += here + r"\n"
        said += spots
    match = re.fullmatch(pattern, got.rstrip("\n") + "\n")
    if not match:
        return False
    for (tolerance, text), found in zip(said, match.groups()):
        try:
            apart = abs(float(found) - float(text)) if tolerance else 0
            if tolerance and not apart <= tolerance * abs(float(text)):  # NaN is not, either
                return False
        except ValueError:
            return False
    return True


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
        command = steps[-1][0]
        text = re.search(r"<<'?(\w+)'?$", command.split("\n", 1)[0])
        goes_on = not steps[-1][1] and (
            command.split("\n")[-1] != text[1] if text else command.endswith("\\"))
    return steps


def run_shell(block, rules):
    for command, wanted in session(block):
        done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
                              timeout=300)
        got = done.stdout.decode()
        if not same(wanted, got, rules):
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
    for line, block, rules in blocks_of(text):
        where = f"line {line}"
        if block[0].startswith("$ "):
            fault = run_shell(block, rules)
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
