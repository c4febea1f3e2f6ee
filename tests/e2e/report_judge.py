#!/usr/bin/env python3
"""Does a run's report.html stand alone, is it well formed, and does it say what
the run's tables say? Usage: report_judge.py RUN CLASS..., the classes being the
pack's, in order."""
import base64
import csv
import os
import struct
import sys
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "path", "circle"}


class Page(HTMLParser):
    """Elements that are closed in the order that they were opened in, the
    tables as lists of rows, the pictures."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tables, self.pictures, self.heads = [], [], [], []
        self.figures = 0
        self.text = ""

    def handle_startendtag(self, tag, attrs):
        self.look(tag, dict(attrs))

    def handle_starttag(self, tag, attrs):
        self.look(tag, dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def look(self, tag, attrs):
        for name in ("src", "href", "srcset", "xlink:href", "action"):
            value = attrs.get(name, "data:")
            assert value.startswith("data:"), f"{tag} loads {value}"
        if tag == "img":
            assert attrs.get("alt"), "a picture without a text"
            self.pictures.append((int(attrs["width"]), int(attrs["height"]), attrs["src"]))
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "figure":
            self.figures += 1

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open}"
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open and "script" not in self.open:
            self.text += data
        if self.open and any(t in self.open for t in ("td", "th")):
            self.tables[-1][-1][-1] += data


def check_picture(width, height, source):
    data = base64.b64decode(source.split("base64,", 1)[1], validate=True)
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[-8:-4] == b"IEND", "no whole PNG"
    own = struct.unpack(">II", data[16:24])
    assert width % own[0] == 0 and width // own[0] == height // own[1], "not enlarged evenly"


def main():
    run, classes = sys.argv[1], sys.argv[2:]
    with open(os.path.join(run, "report.html"), encoding="utf-8") as file:
        source = file.read()
    page = Page()
    page.feed(source)
    page.close()
    assert not page.open, f"never closed: {page.open}"
    assert "url(" not in source and "@import" not in source and "fetch(" not in source
    for picture in page.pictures:
        check_picture(*picture)
    with open(os.path.join(run, "history.csv"), newline="") as file:
        history = list(csv.DictReader(file))

    loss, accuracy, confusion, scores = page.tables[:4]
    assert [row[0] for row in loss[1:]] == [row["epoch"] for row in history]
    for row, wanted in zip(loss[1:], history):
        assert abs(float(row[1]) - float(wanted["train_loss"])) < 1e-4 * float(row[1])
        assert abs(float(row[2]) - float(wanted["val_loss"])) < 1e-4 * float(row[2])
    column = accuracy[0].index("validation, per sample")
    for row, wanted in zip(accuracy[1:], history):
        share = float(row[column].rstrip(" %")) / 100
        assert abs(share - float(wanted["val_accuracy_sample"])) < 1e-4

    assert confusion[0][1:] == classes, (confusion[0], classes)
    assert [row[0] for row in confusion[1:]] == classes
    counts = [[int(cell or 0) for cell in row[1:]] for row in confusion[1:]]
    total = sum(map(sum, counts))
    right = sum(counts[i][i] for i in range(len(classes)))
    last = float(history[-1]["val_accuracy_sample"])
    assert total > 0 and abs(right / total - last) < 1e-6, (right, total, last)
    shares = {c: (row[i], sum(row)) for i, (c, row) in enumerate(zip(classes, counts)) if sum(row)}
    assert {r[0]: (int(r[1]), int(r[2])) for r in scores[1:]} == shares
    order = [int(r[1]) / int(r[2]) for r in scores[1:]]
    assert order == sorted(order, reverse=True), "classes are not sorted"
    # Of each source video one picture; the pack has one of each class in its val part.
    wrong_sources = sum(sum(row) > row[i] for i, row in enumerate(counts))
    assert page.figures == min(wrong_sources, 24), (page.figures, wrong_sources)
    assert f"{total - right} of {total} samples" in page.text

    with open(os.path.join(run, "options.txt"), encoding="utf-8") as file:
        options = [line.rstrip("\n").split(" = ", 1) for line in file]
    assert page.tables[5] == options, "other settings"
    print(f"{len(history)} epochs, {len(page.pictures)} pictures, {right} of {total} right")


if __name__ == "__main__":
    main()
