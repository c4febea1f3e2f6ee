#!/usr/bin/python3
"""How far packed frames are from what other libraries make of the same pictures.

    scaler_distance.py CLIPS_DIR PACK [--every N]

Of every N-th clip of the pack (1), which must have been made with --fit crop or
stretch, the ffmpeg program decodes the packed frames' pictures to RGB at full
size, cut as the pack's are. These are scaled with OpenCV's INTER_AREA and
Pillow's BOX, in RGB and 8 bits, and compared value by value with the frames of
the pack, which swscale scales before it converts them. Prints the mean and the
largest difference, in levels of 255, and how many values differ by how much.
"""
import argparse
import os
import subprocess
import sys

import cv2
import h5py
import numpy as np
from PIL import Image

FLAGS = "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"


def decode(path, numbers, cut):
    """The pictures with these numbers, ascending: [n][height][width][3]."""
    pick = "+".join(f"eq(n\\,{number})" for number in numbers)
    chain = f"select={pick},{cut}scale=iw:ih:flags={FLAGS},format=rgb24"
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-threads", "1", "-flags", "bitexact",
               "-i", "file:" + path, "-map", "0:V:0", "-fps_mode", "passthrough", "-vf", chain,
               "-f", "image2pipe",
               "-c:v", "ppm", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    pictures = []
    while data:
        magic, size, depth, rest = data.split(b"\n", 3)
        if magic != b"P6" or depth != b"255":
            raise ValueError(f"{path}: not what was asked for")
        width, height = map(int, size.split())
        pictures.append(np.frombuffer(rest[:3 * width * height], np.uint8)
                        .reshape(height, width, 3))
        data = rest[3 * width * height:]
    return pictures


def cut_of(fit, width, height):
    if fit == "stretch":
        return ""
    if fit == "crop":
        return (f"crop='min(iw,floor(ih*{width}/{height}+0.5))'"
                f":'min(ih,floor(iw*{height}/{width}+0.5))',")
    raise SystemExit(f"scaler_distance: --fit {fit} has a border, which would count")


SCALERS = {
    "OpenCV INTER_AREA": lambda picture, size: cv2.resize(picture, size,
                                                          interpolation=cv2.INTER_AREA),
    "Pillow BOX": lambda picture, size: np.asarray(
        Image.fromarray(picture).resize(size, Image.Resampling.BOX
                                        if hasattr(Image, "Resampling") else Image.BOX)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("clips_dir")
    parser.add_argument("pack")
    parser.add_argument("--every", type=int, default=1)
    args = parser.parse_args()
    counts = {name: np.zeros(256, np.int64) for name in SCALERS}
    frames = 0
    with h5py.File(args.pack, "r") as pack:
        height, width = pack["frames"].shape[2:4]
        fit = pack.attrs["fit"]
        cut = cut_of(fit.decode() if isinstance(fit, bytes) else str(fit), width, height)
        for row in range(0, pack["frames"].shape[0], args.every):
            numbers = [int(k) for k in pack["clips/frame_index"][row]]
            path = os.path.join(args.clips_dir, pack["clips/path"][row].decode())
            distinct = sorted(set(numbers))
            pictures = dict(zip(distinct, decode(path, distinct, cut)))
            for number, ours in zip(numbers, pack["frames"][row].astype(np.int16)):
                frames += 1
                for name, scale in SCALERS.items():
                    theirs = scale(pictures[number], (width, height)).astype(np.int16)
                    counts[name] += np.bincount(np.abs(theirs - ours).ravel(), minlength=256)
    print(f"{frames} frames of {width}x{height}")
    for name, count in counts.items():
        levels = np.arange(256)
        total = count.sum()
        within = " ".join(f"<={k}: {100 * count[:k + 1].sum() / total:.1f} %" for k in (0, 1, 2, 4))
        print(f"{name:18} mean {(count * levels).sum() / total:.3f}, largest "
              f"{levels[count > 0].max()}; {within}")
    return 0 if frames else 1


if __name__ == "__main__":
    sys.exit(main())
