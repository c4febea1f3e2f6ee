#!/usr/bin/env python3
"""Do the links of the documentation lead somewhere? Usage: links_judge.py FOLDER, which
holds README.md and docs/; links to other sites are left alone."""
import pathlib
import re
import sys


def anchors_of(page):
    """What `#...` may say: the headings, as web pages of Markdown name them."""
    lines = page.read_text(encoding="utf-8").split("\n")
    headings = [line.lstrip("#").strip().lower() for line in lines if re.match("#+ ", line)]
    return {re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings}


def faults_of(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if re.match("[a-z]+:", link):
            continue
        if not target.exists():
            yield f"{page}: no such file: {link}"
        elif anchor and anchor not in anchors_of(target):
            yield f"{page}: no such heading: {link}"


def main():
    top = pathlib.Path(sys.argv[1])
    pages = [top / "README.md", *sorted((top / "docs").glob("*.md"))]
    faults = [fault for page in pages for fault in faults_of(page)]
    print("\n".join(faults), end="\n" if faults else "")
    return bool(faults) or len(pages) < 2


if __name__ == "__main__":
    sys.exit(main())
