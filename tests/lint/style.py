#!/usr/bin/env python3
"""How files look: what a formatter would not fix and a compiler not find."""
import collections
import os
import re

from common import Tap, read_text, tree_files, tree_root

LINE_MAX = 100
FILE_MAX = 600
# Names that every folder may have.
COMMON_NAMES = {"meson.build", "README.md", "main.c", "__init__.py", "run", ".gitignore"}

# Calls with a better way; tests may use them.
BANNED = {
    "atoi": "text_to_int", "atol": "text_to_i64", "atoll": "text_to_i64",
    "atof": "text_to_double", "strcpy": "memcpy or snprintf", "strcat": "snprintf",
    "sprintf": "snprintf", "vsprintf": "vsnprintf", "gets": "getline", "strtok": "strchr",
    "system": "posix_spawn", "popen": "posix_spawn", "tmpnam": "mkstemp", "mktemp": "mkstemp",
    "rand": "random.h", "srand": "random.h", "random": "random.h", "drand48": "random.h",
    "alloca": "malloc", "setjmp": "error codes", "longjmp": "error codes",
    "asctime": "strftime", "ctime": "strftime", "setlocale": "nothing: no locale in results",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
LEFTOVER = re.compile(r"\b(" + "TO" "DO|FIX" "ME|X" "XX|HA" "CK" + r")\b")
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def without_comments(text):
    """The same text, line by line, with comments and literals blanked."""
    return NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def guards_of(path):
    """Names a guard may have: a folder of its path, or all, then the file:
    core/base/child.h -> BASE_CHILD_H, CORE_CHILD_H, CORE_BASE_CHILD_H. Files
    have unique names, so guards are unique, too."""
    *folders, name = path[:-2].replace("-", "_").upper().split("/")
    guards = [f"{folder}_{name}_H" for folder in reversed(folders)] \
        + ["_".join(folders + [name]) + "_H"]
    return guards + [f"TEST_{name}_H"] if folders[0] == "TESTS" else guards


def check_guard(path, text):
    match = re.match(r"#ifndef (\w+)\n#define (\w+)\n", text)
    if not match or match.group(1) != match.group(2):
        return [f"{path}: does not begin with its guard"]
    if match.group(1) not in guards_of(path):
        return [f"{path}: its guard is {match.group(1)}, not {guards_of(path)[0]}"]
    if not text.rstrip().endswith("#endif"):
        return [f"{path}: does not end with its guard's #endif"]
    return []


def main():
    root = tree_root()
    looks, long_files, guards, calls, leftovers, names = [], [], [], [], [], []
    by_name = collections.defaultdict(list)
    for path in tree_files(root):
        if path.startswith(("tests/fuzz/corpus/", "tests/fuzz/found/")):
            continue  # any bytes
        if os.path.basename(path) not in COMMON_NAMES:
            by_name[os.path.basename(path)].append(path)
        text = read_text(root, path)
        if text is None or path.startswith("tests/golden/") or path == "LICENSE":
            continue
        is_c = path.endswith((".c", ".h"))
        is_code = is_c or path.endswith((".py", ".sh", ".build", ".awk")) \
            or text.startswith("#!")
        lines = text.split("\n")
        if text and not text.endswith("\n"):
            looks.append(f"{path}: no newline at its end")
        for number, line in enumerate(lines, 1):
            if is_code and line != line.rstrip():
                looks.append(f"{path}:{number}: space at the end of the line")
            if is_code and "\t" in line:
                looks.append(f"{path}:{number}: a tab")
            if is_code and len(line) > LINE_MAX:
                looks.append(f"{path}:{number}: {len(line)} columns, more than {LINE_MAX}")
            if LEFTOVER.search(line):
                leftovers.append(f"{path}:{number}: {line.strip()}")
        if is_code and len(lines) > FILE_MAX:
            long_files.append(f"{path}: {len(lines)} lines, more than {FILE_MAX}")
        if path.endswith(".h"):
            guards += check_guard(path, text)
        if is_c and not path.startswith("tests/"):
            for number, line in enumerate(without_comments(text).split("\n"), 1):
                for call in CALL.findall(line):
                    calls.append(f"{path}:{number}: {call}(); use {BANNED[call]}")
    for name, paths in sorted(by_name.items()):
        if len(paths) > 1:
            names.append(f"{name}: {', '.join(paths)}")

    tap = Tap()
    tap.point(f"no tabs, no trailing space, at most {LINE_MAX} columns", looks)
    tap.point(f"files of at most {FILE_MAX} lines", long_files)
    tap.point("header guards", guards)
    tap.point("no banned calls", calls)
    tap.point("nothing left to do", leftovers)
    tap.point("file names are unique", names)
    tap.done()


if __name__ == "__main__":
    main()
