#!/usr/bin/env python3
"""Is what the programs say as JSON the same as what stands in the files? Usage:
json_judge.py PACK MODEL RUN..., with `pack`, `model` and `train` in PATH, in a folder with
the summaries that json_forms.sh makes."""
import csv
import io
import json
import subprocess
import sys

import h5py


def strict(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), "a name stands twice"
    return dict(pairs)


def no_word(word):
    raise ValueError(f"{word} is no JSON")


def said(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
    return json.loads(done.stdout.decode(), object_pairs_hook=strict, parse_constant=no_word)


def check_pack(path):
    told = said("pack", "info", "--json", path)
    names = ("none", "train", "val", "test")
    with h5py.File(path) as pack:
        samples, frames, height, width, _ = pack["frames"].shape
        assert told["pack"] == path
        assert [told[n] for n in ("samples", "frames_per_sample", "height", "width")] == [
            samples, frames, height, width]
        status = h5py.check_enum_dtype(pack["clips/status"].dtype)
        failed = [i for i, s in enumerate(pack["clips/status"]) if s == status["failed"]]
        assert told["clips_failed"] == len(failed) > 0
        assert [clip["path"] for clip in told["failed_clips"]] == [
            pack["clips/path"][i].decode() for i in failed]
        assert all(clip["message"] for clip in told["failed_clips"])
        for name, parts in told["splits"].items():
            column = list(pack["splits"][name])
            assert parts == {part: column.count(i) for i, part in enumerate(names)}, parts
        numbers = h5py.check_enum_dtype(pack["labels"].dtype)
        labels = list(pack["labels"])
        for entry in told["classes"]:
            assert entry["samples"] == labels.count(numbers[entry["name"]]), entry
            assert sum(entry["splits"]["groups"].values()) == entry["samples"]
        assert told["parameters"]["seed"] == int(pack.attrs["seed"])
        return [entry["name"] for entry in told["classes"]]


def check_model(path, classes):
    told = said("model", "info", "--json", path)
    with h5py.File(path) as model:
        assert {p["name"]: p["shape"] for p in told["parameters"]} == {
            name: list(values.shape) for name, values in model["parameters"].items()}
        assert told["classes"] == [name.decode() for name in model["classes"]] == classes
        assert told["digest"] == model.attrs["digest"].decode()
    assert told["options"]["epochs"] == "2"


def check_compare(runs):
    told = said("train", "--compare", "--json", *runs)["runs"]
    table = subprocess.run(["train", "--compare", "--tsv", *runs], stdout=subprocess.PIPE,
                           check=True, timeout=60).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(table), delimiter="\t"))
    assert len(rows) == len(told) == len(runs)
    for row, run in zip(rows, told):
        flat = {**run, **run["options_that_differ"]}
        del flat["options_that_differ"]
        assert list(flat) == list(row), (list(flat), list(row))
        for name, cell in row.items():
            if isinstance(flat[name], (int, float)):
                assert float(cell) == float(f"{flat[name]:.9g}"), name
            else:
                assert (flat[name] or "") == cell, name


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.loads(file.read(), object_pairs_hook=strict, parse_constant=no_word)


def same_numbers(told, row):
    """A row of a table, whose seconds and rates are rounded, and what was told of it."""
    for name, value in told.items():
        rounded = "second" in name
        assert name in row, name
        if value is None or isinstance(value, str):
            assert (value or "") == row[name], name
        else:
            assert abs(value - float(row[name])) <= (0.051 if rounded else 1e-8 * abs(value)), name


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_run(summary, epochs, tested):
    told = read(summary)
    files = told["files"]
    assert (files["test"] is not None) == (told["test"] is not None) == tested
    rows = rows_of(files["history"])
    assert len(rows) == told["epochs"] == epochs
    assert list(told["last"]) == list(told["best"]) == list(rows[0])
    same_numbers(told["last"], rows[-1])
    accuracies = [float(row["val_accuracy_sample"]) for row in rows]
    assert told["best"]["val_accuracy_sample"] >= max(accuracies) - 1e-8
    same_numbers(told["best"], rows[told["best"]["epoch"] - 1])
    if tested:
        same_numbers({k: v for k, v in told["test"].items()}, rows_of(files["test"])[0])
    for name in ("model", "best", "report"):
        with open(files[name], "rb") as file:
            assert len(file.read()) > 1000, name


def check_extract(summary):
    told = read(summary)
    whole = said("pack", "info", "--json", told["pack"])
    same = {"clips", "clips_packed", "clips_failed", "samples", "samples_per_clip",
            "frames_per_sample", "width", "height"}
    assert {n: told[n] for n in same} == {n: whole[n] for n in same}
    assert told["classes"] == [entry["name"] for entry in whole["classes"]]
    assert told["splits"] == list(whole["splits"])
    assert set(told) == same | {"pack", "classes", "splits"}


def check_scored(summary):
    told = read(summary)
    files = told["files"]
    row, = rows_of(files["scores"])
    assert (told["split"], told["part"]) == (row["split"], row["part"]) == ("groups", "test")
    same_numbers(told["score"], row)
    assert set(told["score"]) | {"split", "part"} == set(row)
    assert told["samples"] == told["samples_labelled"] == told["score"]["samples"]
    assert told["samples"] * told["frames_per_sample"] == len(rows_of(files["table"]))
    assert len(rows_of(files["per_class"])) == len(rows_of(files["confusion"])) == 3
    assert len(rows_of(files["confusion_frame"])) == 3
    assert told["samples_seen"] == 0 and told["predictions"] is None


def check_answers(summary, table):
    told = read(summary)
    assert told["score"] is told["split"] is told["part"] is None
    assert told["samples_labelled"] == 0 and set(told["files"].values()) == {None}
    assert [answer["class"] for answer in told["predictions"]] == [
        row["Class"] for row in rows_of(table)]
    with h5py.File(told["pack"]) as pack:
        assert [answer["path"] for answer in told["predictions"]] == [
            path.decode() for path in pack["clips/path"]]
    assert all(1 / 3 <= answer["probability"] <= 1 for answer in told["predictions"])


def main():
    classes = check_pack(sys.argv[1])
    check_model(sys.argv[2], classes)
    check_compare(sys.argv[3:])
    check_run("summed.json", 3, True)
    check_run("untested.json", 1, False)
    check_extract("untested-pack.json")
    check_scored("scored.json")
    check_answers("films.json", "films.csv")


if __name__ == "__main__":
    main()
