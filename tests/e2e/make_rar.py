#!/usr/bin/env python3
"""A RAR archive (version 2.9's format) of files as they are, not compressed: no
free program writes one.

    make_rar.py ARCHIVE FOLDER      with the files of FOLDER, under its own name"""
import os
import struct
import sys
import zlib

LONG_BLOCK = 0x8000


def block(kind, flags, fields):
    head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(head) & 0xffff) + head


def file_block(name, data):
    stored = 0x30
    text = name.replace("/", "\\").encode()
    fields = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0x21, 20, stored,
                         len(text), 0o100644)
    return block(0x74, LONG_BLOCK, fields + text) + data


def main():
    archive, folder = sys.argv[1:]
    base = os.path.dirname(os.path.abspath(folder))
    with open(archive, "wb") as out:
        out.write(b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6)))
        for where, folders, names in os.walk(os.path.abspath(folder)):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(where, name)
                with open(path, "rb") as file:
                    out.write(file_block(os.path.relpath(path, base), file.read()))
        out.write(block(0x7b, 0x4000, b""))


if __name__ == "__main__":
    main()
