#!/usr/bin/env python3
"""Hold packs to docs/pack-format.md with nothing of this project's own: h5py,
NumPy and h5dump read them, and the checksums are computed anew.

    pack_h5py.py PACK...

Prints what is wrong and exits with 1; with 77 where h5py is not installed."""
import hashlib
import re
import struct
import subprocess
import sys

try:
    import h5py
    import numpy
except ImportError:
    sys.exit(77)

PARTS = {"none": 0, "train": 1, "val": 2, "test": 3}
STATES = {"ok": 0, "repeated": 1, "failed": 2, "pending": 3}
TABLES = {
    "frames": ("u1", 5), "labels": ("<u2", 1), "crc32c": ("<u4", 1),
    "clips/sample": ("<u4", 1), "clips/status": ("u1", 1), "clips/width": ("<u4", 1),
    "clips/height": ("<u4", 1), "clips/frame_count": ("<u4", 1),
    "clips/decode_errors": ("<u4", 1), "clips/frame_index": ("<u4", 2),
    "clips/timestamp": ("<f8", 2), "clips/frame_rate": ("<f8", 1), "clips/bytes": ("<u8", 1),
    "clips/path": ("text", 1), "clips/group": ("text", 1), "clips/message": ("text", 1),
}
KINDS = {"u1": "u8", "u2": "u16", "u4": "u32", "u8": "u64", "i1": "i8", "i2": "i16",
         "i4": "i32", "i8": "i64", "f4": "f32", "f8": "f64"}


def crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)
        table.append(byte)
    return table


def crc32c(data, table=crc32c_table()):
    crc = 0xffffffff
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xffffffff


def number(value):
    return struct.pack("<Q", value)


def text(value):
    return (value if isinstance(value, bytes) else value.encode()) + b"\0"


def type_bytes(dtype, low_type):
    """The type of a dataset or attribute, as the digest sees it."""
    if isinstance(low_type, h5py.h5t.TypeStringID):
        return text("text") + number(low_type.get_size()) + number(0)
    members = h5py.check_enum_dtype(dtype) or {}
    out = text(KINDS[dtype.base.str[1:]]) + number(dtype.itemsize) + number(len(members))
    for name, value in sorted(members.items(), key=lambda item: item[1]):
        out += text(name) + number(value)
    return out


def datasets(file):
    found = []
    file.visititems(lambda name, item: found.append(name)
                    if isinstance(item, h5py.Dataset) else None)
    return sorted(found, key=lambda name: ("/" + name).encode())


def raw(path, dataset):
    """The bytes of a dataset, read from the file without HDF5."""
    offset, size = dataset.id.get_offset(), dataset.id.get_storage_size()
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)


def digest(path, file):
    sha = hashlib.sha256(text("triptych pack digest 1"))
    for name in sorted(file.attrs, key=str.encode):
        if name in ("digest", "complete"):
            continue
        attribute = h5py.h5a.open(file.id, name.encode())
        value = numpy.zeros((), dtype=attribute.dtype)
        attribute.read(value)
        sha.update(text("attribute") + text(name)
                   + type_bytes(attribute.dtype, attribute.get_type()) + number(1))
        sha.update(value.tobytes())
    for name in datasets(file):
        d = file[name]
        sha.update(text("dataset") + text("/" + name) + type_bytes(d.dtype, d.id.get_type())
                   + number(d.ndim) + b"".join(number(n) for n in d.shape))
        if name != "frames":
            sha.update(raw(path, d))
    return sha.hexdigest()


def check_table(wrong, file, name):
    kind, rank = TABLES[name]
    d = file[name]
    if kind == "text":
        t = d.id.get_type()
        if not isinstance(t, h5py.h5t.TypeStringID) or t.is_variable_str() \
                or t.get_strpad() != h5py.h5t.STR_NULLTERM or t.get_cset() != h5py.h5t.CSET_UTF8:
            wrong(f"/{name}: no fixed-length null-terminated UTF-8 strings")
        for value in d[()]:
            value.decode()
    elif d.dtype.base != numpy.dtype(kind):
        wrong(f"/{name}: {d.dtype}, not {kind}")
    n, t, h, w, _ = file["frames"].shape
    if d.shape != (n, t, h, w, 3)[:rank]:
        wrong(f"/{name}: shape {d.shape}")


def check_places(wrong, path, file):
    for name in datasets(file):
        d = file[name]
        offset = d.id.get_offset()
        if d.chunks or offset is None or d.id.get_create_plist().get_layout() != \
                h5py.h5d.CONTIGUOUS:
            wrong(f"/{name}: not contiguous")
        elif offset % (4096 if name == "frames" else 8):
            wrong(f"/{name}: at byte {offset}")
    frames = file["frames"]
    mapped = numpy.memmap(path, "u1", "r", frames.id.get_offset(), frames.shape)
    if not numpy.array_equal(mapped, frames[()]):
        wrong("/frames: mapped bytes are not what h5py reads")


def check_rows(wrong, file):
    frames, status = file["frames"][()], file["clips/status"][()]
    classes = h5py.check_enum_dtype(file["labels"].dtype)
    unlabelled = classes.pop("unlabelled", None)
    if unlabelled != 65535 or sorted(classes.values()) != list(range(len(classes))):
        wrong(f"/labels: enum {classes}")
    if not set(file["labels"][()]) <= set(classes.values()) | {65535}:
        wrong("/labels: a value without a name")
    if h5py.check_enum_dtype(file["clips/status"].dtype) != STATES or max(status) > 2:
        wrong("/clips/status")
    for name, split in file["splits"].items():
        if h5py.check_enum_dtype(split.dtype) != PARTS or split.shape != status.shape:
            wrong(f"/splits/{name}: type or shape")
        elif split[()].max() > 3 or split[()][status == 2].any():
            wrong(f"/splits/{name}: a value, or a failed clip in a part")
    k = int(file.attrs["samples_per_clip"])
    if list(file["clips/sample"][()]) != [i % k for i in range(len(status))]:
        wrong("/clips/sample")
    counts = [int(file.attrs["clips" + end]) for end in ("", "_packed", "_failed")]
    failed = int((status[::k] == 2).sum())
    if counts != [len(status) // k, len(status) // k - failed, failed]:
        wrong(f"clips, clips_packed, clips_failed: {counts}")
    for row in range(min(len(frames), 64)):
        if crc32c(frames[row].tobytes()) != file["crc32c"][row]:
            wrong(f"/crc32c: row {row}")
        if status[row] == 2 and frames[row].any():
            wrong(f"row {row} failed, and is not black")


def check_h5dump(wrong, path, file):
    head = subprocess.run(["h5dump", "-p", "-H", path], capture_output=True, text=True)
    offset = file["frames"].id.get_offset()
    place = re.compile(rf'DATASET "frames".*?CONTIGUOUS\s+SIZE \d+\s+OFFSET {offset}\s', re.DOTALL)
    if head.returncode or not place.search(head.stdout):
        wrong("h5dump -p -H does not show where /frames is")
    if "CREATION" in head.stdout or "MODIFICATION" in head.stdout:
        wrong("h5dump -p -H shows a time")
    names = subprocess.run(["h5dump", "-y", "-w", "0", "-d", "/labels", path],
                           capture_output=True, text=True).stdout
    shown = re.search(r"DATA {\n(.*?)\n\s*}", names, re.DOTALL)
    by_value = {v: n for n, v in h5py.check_enum_dtype(file["labels"].dtype).items()}
    wanted = [by_value[v] for v in file["labels"][()]]
    if not shown or [n.strip() for n in shown.group(1).replace("\n", " ").split(",")] != wanted:
        wrong("h5dump -d /labels does not print the class names")


def check(path):
    faults = []

    def wrong(what):
        faults.append(f"{path}: {what}")

    with h5py.File(path, "r") as file:
        if file.attrs["format"] != b"triptych pack" or file.attrs["version"] != 1 \
                or file.attrs["complete"] != 1:
            wrong("format, version or complete")
        absent = [name for name in TABLES if name not in file]
        if absent:
            wrong(f"no {absent}")
            return faults
        for name in TABLES:
            check_table(wrong, file, name)
        check_places(wrong, path, file)
        check_rows(wrong, file)
        check_h5dump(wrong, path, file)
        if digest(path, file) != file.attrs["digest"].decode():
            wrong(f"digest: {digest(path, file)} is computed, {file.attrs['digest']} stored")
    return faults


def main():
    faults = [fault for path in sys.argv[1:] for fault in check(path)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
