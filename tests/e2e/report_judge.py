#!/usr/bin/env python3
"""Does a run's report.html stand alone, is it well formed, and does it say what
the run's tables say? Usage: report_judge.py RUN CLASS..., the classes being the
pack's, in order. Likewise a page of several runs: report_judge.py --compare PAGE RUN..."""
import base64
import csv
import os
import re
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
        self.reached = []  # the texts of what the keyboard reaches

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
        if tag == "svg" or attrs.get("class") == "wide" and "details" not in self.open:
            assert attrs.get("tabindex") == "0", f"{tag}: out of the keyboard's reach"
            assert attrs.get("role") and attrs.get("aria-label"), f"{tag}: without a name"
            self.reached.append(attrs["aria-label"])

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


def luminance(colour):
    """Relative, by WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def check_contrast(source):
    """Light, dark and printed: text on the paper and on the table's strongest colours as
    WCAG 2 asks of text (4.5), lines on the paper as it asks of graphics (3)."""
    palettes = re.findall(r":root{([^}]*)}", source)
    assert len(palettes) == 3, "not three palettes"
    for palette in palettes:
        colours = {}
        for name, value in re.findall(r"--(\w+):([^;]+)", palette):
            if value.startswith("#"):
                digits = value[1:] if len(value) == 7 else "".join(2 * c for c in value[1:])
                colours[name] = bytes.fromhex(digits)
            else:
                colours[name] = tuple(map(int, value.split(",")))
        pairs = [("fg", "bg", 4.5), ("soft", "bg", 4.5), ("fg", "right", 4.5), ("fg", "wrong", 4.5)]
        for one, other, wanted in pairs + [(f"l{i}", "bg", 3) for i in range(8)]:
            dark, light = sorted(luminance(colours[name]) for name in (one, other))
            ratio = (light + 0.05) / (dark + 0.05)
            assert ratio >= wanted, f"{one} on {other}: contrast {ratio:.2f}, not {wanted}"


def read_page(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    page = Page()
    page.feed(source)
    page.close()
    assert not page.open, f"never closed: {page.open}"
    assert "url(" not in source and "@import" not in source and "fetch(" not in source
    check_contrast(source)
    for picture in page.pictures:
        check_picture(*picture)
    return page


def read_history(run):
    with open(os.path.join(run, "history.csv"), newline="") as file:
        return list(csv.DictReader(file))


def read_options(run):
    with open(os.path.join(run, "options.txt"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(" = ", 1) for line in file)


def near(cell, value, scale):
    """Is the number of a cell that of a table? Both empty will do."""
    if not cell or not value:
        return cell == value
    return abs(float(cell.rstrip(" %")) - scale * float(value)) <= 1e-4 * scale * float(value)


def compare(path, runs):
    page = read_page(path)
    results, *charts, differences = page.tables
    histories = [read_history(run) for run in runs]
    assert [row[0] for row in results[1:]] == [f"{i + 1} {run}" for i, run in enumerate(runs)]
    for row, history in zip(results[1:], histories):
        best = max(float(line["val_accuracy_sample"]) for line in history)
        assert row[3] == str(len(history)), row
        assert row[5] == f"{100 * best:.1f} %" and int(row[6]) == 1 + [
            float(line["val_accuracy_sample"]) for line in history].index(best), row
        assert row[7] == f"{100 * float(history[-1]['val_accuracy_sample']):.1f} %", row
    columns = [("val_accuracy_sample", 100), ("val_loss", 1), ("train_accuracy_frame", 100),
               ("train_loss", 1)]
    assert len(charts) == len(columns) == sum("over the epochs" in t for t in page.reached)
    for chart, (name, scale) in zip(charts, columns):
        assert chart[0] == ["epoch"] + [row[0] for row in results[1:]]
        assert len(chart) == 1 + max(map(len, histories))
        for epoch, row in enumerate(chart[1:]):
            for cell, history in zip(row[1:], histories):
                value = history[epoch][name] if epoch < len(history) else ""
                assert near(cell, value, scale), (name, epoch, cell, value)
    options = [read_options(run) for run in runs]
    names = dict.fromkeys(name for run in options for name in run)
    wanted = [[name] + [run.get(name, "") for run in options] for name in names
              if len({run.get(name) for run in options}) > 1]
    assert wanted and differences[1:] == wanted, (differences, wanted)
    print(f"{len(runs)} runs, {len(wanted)} options that differ")


def main():
    if sys.argv[1] == "--compare":
        return compare(sys.argv[2], sys.argv[3:])
    run, classes = sys.argv[1], sys.argv[2:]
    page = read_page(os.path.join(run, "report.html"))
    history = read_history(run)

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
