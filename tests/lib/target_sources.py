#!/usr/bin/env python3
"""The C sources of a target, as paths below the source tree, a line each.
Usage: target_sources.py ROOT BUILD TARGET"""
import json
import os
import subprocess
import sys


def main():
    root, build, name = os.path.realpath(sys.argv[1]), sys.argv[2], sys.argv[3]
    text = subprocess.run(["meson", "introspect", "--targets", build], check=True,
                          capture_output=True, text=True).stdout
    found = [target for target in json.loads(text) if target["name"] == name]
    if len(found) != 1:
        sys.exit(f"{build}: {len(found)} targets are called '{name}'")
    for group in found[0]["target_sources"]:
        for source in group.get("sources", []):
            if source.endswith(".c"):
                print(os.path.relpath(os.path.realpath(source), root))


if __name__ == "__main__":
    main()
