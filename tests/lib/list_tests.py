#!/usr/bin/env python3
"""List the meson tests of a build folder, one a line, tab-separated:
name, time limit in seconds, environment as NAME=VALUE words, command."""
import json
import shlex
import subprocess
import sys


def main():
    build, suites = sys.argv[1], sys.argv[2].split(",")
    tests = json.loads(subprocess.check_output(["meson", "introspect", "--tests", build]))
    for test in tests:
        of = [name.split(":")[-1] for name in test["suite"]]
        if suites != ["all"] and not set(of) & set(suites):
            continue
        if test["protocol"] != "tap":
            sys.exit(f"{test['name']}: its protocol is {test['protocol']}, not tap")
        env = " ".join(shlex.quote(f"{k}={v}") for k, v in test["env"].items())
        print(test["name"], test["timeout"], env, shlex.join(test["cmd"]), sep="\t")


if __name__ == "__main__":
    main()
