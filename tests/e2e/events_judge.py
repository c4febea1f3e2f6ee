#!/usr/bin/env python3
"""Read a run's event files strictly, and compare them with its history.csv.

Usage: events_judge.py RUN [PICTURES_FROM]

An own reader of TensorBoard's files: records with their two checksums (CRC-32C bit by
bit), Event, Summary and Image by their field numbers; a field that these messages do
not have, or of another wire type, is an error. Pictures are expected from epoch
PICTURES_FROM on (1). PNG files are decoded with zlib alone."""
import csv
import os
import struct
import sys
import zlib

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
# Message -> field -> (name, wire type).
EVENT = {1: ("wall_time", EIGHT), 2: ("step", VARINT), 3: ("file_version", BYTES),
         5: ("summary", BYTES)}
SUMMARY = {1: ("value", BYTES)}
VALUE = {1: ("tag", BYTES), 2: ("simple_value", FOUR), 4: ("image", BYTES)}
IMAGE = {1: ("height", VARINT), 2: ("width", VARINT), 3: ("colorspace", VARINT),
         4: ("encoded_image_string", BYTES)}
# What a part's curves are called in history.csv.
COLUMNS = {"train": {"loss": "train_loss", "accuracy_frame": "train_accuracy_frame",
                     "accuracy_sample": "train_accuracy_sample", "lr": "lr",
                     "eval_loss": "train_eval_loss",
                     "eval_accuracy_frame": "train_eval_accuracy_frame"},
           "val": {"loss": "val_loss", "accuracy_frame": "val_accuracy_frame",
                   "accuracy_sample": "val_accuracy_sample"}}


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def records(data):
    at = 0
    while at < len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        assert crc == masked(data[at:at + 8]), f"checksum of the length at byte {at}"
        body = data[at + 12:at + 12 + length]
        assert len(body) == length, f"the record at byte {at} is cut off"
        crc, = struct.unpack_from("<I", data, at + 12 + length)
        assert crc == masked(body), f"checksum of the record at byte {at}"
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data, message):
    """(name, value) of each field."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        assert key >> 3 in message, f"unknown field {key >> 3}"
        name, wire = message[key >> 3]
        assert key & 7 == wire, f"{name} has wire type {key & 7}"
        if wire == VARINT:
            value, at = varint(data, at)
        elif wire == BYTES:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            assert len(value) == size, f"{name} is cut off"
        else:
            kind, size = ("<d", 8) if wire == EIGHT else ("<f", 4)
            value, at = struct.unpack_from(kind, data, at)[0], at + size
        yield name, value


def one_of_each(pairs):
    pairs = list(pairs)
    found = dict(pairs)
    assert len(found) == len(pairs), "a field stands twice"
    return found


def png_pixels(data):
    """Width, height and the unfiltered size of an 8-bit RGB picture, its checksums looked at."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, head = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", data, at + 8 + size)[0]
        head = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else head
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    assert head[2:4] == (8, 2), "not 8-bit RGB"
    return head[0], head[1], len(zlib.decompress(packed))


def check_picture(data):
    image = one_of_each(fields(data, IMAGE))
    assert image["colorspace"] == 3
    width, height, size = png_pixels(image["encoded_image_string"])
    assert (width, height) == (image["width"], image["height"])
    assert size == height * (1 + 3 * width)


def check_part(run, part, rows, pictures_from):
    folder = os.path.join(run, "tb", part)
    names = os.listdir(folder)
    assert len(names) == 1 and "tfevents" in names[0], names
    with open(os.path.join(folder, names[0]), "rb") as file:
        found = list(records(file.read()))
    head = one_of_each(fields(found[0], EVENT))
    assert head == {"wall_time": 0, "file_version": b"brain.Event:2"}, head
    assert len(found) == 1 + len(rows), f"{len(found)} records, {len(rows)} epochs"
    scalars = pictures = 0
    for row, body in zip(rows, found[1:]):
        event = one_of_each(fields(body, EVENT))
        epoch = int(row["epoch"])
        assert event["step"] == epoch and event["wall_time"] == epoch, event
        seen = set()
        for _, value in fields(event["summary"], SUMMARY):
            value = one_of_each(fields(value, VALUE))
            tag = value["tag"].decode()
            assert tag not in seen, f"{tag} stands twice"
            seen.add(tag)
            if "image" in value:
                check_picture(value["image"])
                pictures += 1
                assert part == "train" and tag == "filters" and epoch >= pictures_from
                continue
            wanted = float(row[COLUMNS[part][tag]])
            assert abs(value["simple_value"] - wanted) <= 1e-6 * abs(wanted), (tag, wanted)
            scalars += 1
        measured = {t for t, column in COLUMNS[part].items() if row[column]}
        assert seen - {"filters"} == measured, (seen, measured)
        assert ("filters" in seen) == (part == "train" and epoch >= pictures_from)
    return scalars, pictures


def main():
    run, pictures_from = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with open(os.path.join(run, "history.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for part in sorted(os.listdir(os.path.join(run, "tb"))):
        scalars, pictures = check_part(run, part, rows, pictures_from)
        print(f"{part}: {len(rows)} epochs, {scalars} numbers, {pictures} pictures")
    assert os.path.exists(os.path.join(run, "tb", "val")) == bool(rows[0]["val_loss"])


if __name__ == "__main__":
    main()
