#!/usr/bin/python3
"""Hold the frames of a pack against what the ffmpeg program makes of the clips.

    frames_judge.py CLIPS_DIR PACK [--jobs N]

CLIPS_DIR is the folder that the pack was made from. Every clip is decoded once
by ffmpeg, from the first picture to the last, cut and scaled there, all its
pictures compared by number with the rows of the pack. So this judges the count
of pictures, their numbers and every byte of their pixels, and shares no code
with what it judges. Prints a summary; exit status 1 on any difference.

ffmpeg runs with one decoder thread: with several, what it shows of a damaged
H.264 or HEVC stream depends on their number. And it decodes bit-exactly, as the
pack's attribute `decoder` says: without, some pictures hang on what the CPU can
do (cpu_judge.py), by one level.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys

import h5py
import numpy as np

FLAGS = "area+accurate_rnd+full_chroma_int+bitexact"
# A pixel's shape; within 2 % it counts as square.
SHAPE = "if(between(sar,0.98,1.02),1,sar)"


def filters(fit, width, height):
    """The chain of ffmpeg filters that stands for --fit and --size. It is told
    sizes as expressions, so that pictures may change in mid-stream."""
    target = f"{width}/{height}"
    if fit == "crop":
        have = f"iw*{SHAPE}/ih"
        cut = (f"crop='if(gt({have},{target}),floor(ih*{width}/({height}*{SHAPE})+0.5),iw)'"
               f":'if(gt({have},{target}),ih,floor(iw*{SHAPE}*{height}/{width}+0.5))'")
        return f"{cut},scale={width}:{height}:flags={FLAGS},format=rgb24"
    if fit == "stretch":
        return f"scale={width}:{height}:flags={FLAGS},format=rgb24"
    if fit == "pad":
        have = f"iw*{SHAPE}/ih"
        return (f"scale='if(gt({have},{target}),{width},max(1,floor({height}*{have}+0.5)))'"
                f":'if(gt({have},{target}),max(1,floor({width}/({have})+0.5)),{height})'"
                f":flags={FLAGS},format=rgb24,"
                f"pad={width}:{height}:'floor((ow-iw)/2)':'floor((oh-ih)/2)'")
    raise SystemExit(f"frames_judge: no filter stands for fit '{fit}'")


def decode(path, chain, size):
    """All pictures of a clip: an array [n][bytes]."""
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-threads", "1", "-flags", "bitexact",
               "-i", "file:" + path, "-map", "0:V:0", "-fps_mode", "passthrough", "-vf", chain,
               "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout
    return np.frombuffer(data[:len(data) // size * size], np.uint8).reshape(-1, size)


def judge(path, rows, chain, shape):
    """The complaints about one clip. rows: (status, count, numbers, frames)."""
    size = int(np.prod(shape))
    pictures = decode(path, chain, size)
    complaints = []
    for status, count, numbers, frames in rows:
        if status == "failed":
            if len(pictures):
                complaints.append(f"failed, but ffmpeg decodes {len(pictures)} pictures")
            if frames.any():
                complaints.append("failed, but its frames are not zeros")
            continue
        if count != len(pictures):
            complaints.append(f"{count} pictures, ffmpeg decodes {len(pictures)}")
        for number, frame in zip(numbers, frames):
            if number >= len(pictures):
                complaints.append(f"frame {number} of {len(pictures)}")
                continue
            wrong = pictures[number] != frame.reshape(-1)
            if wrong.any():
                complaints.append(f"frame {number}: {int(wrong.sum())} of {size} bytes differ")
    return complaints


def read_pack(path):
    """(options, {clip path: rows}) in the order of the pack."""
    clips = {}
    with h5py.File(path, "r") as pack:
        names = {v: k for k, v in h5py.check_enum_dtype(pack["clips/status"].dtype).items()}
        frames = pack["frames"][:]
        table = zip(pack["clips/path"][:], pack["clips/status"][:], pack["clips/frame_count"][:],
                    pack["clips/frame_index"][:], frames)
        for name, status, count, numbers, pixels in table:
            clips.setdefault(name.decode(), []).append(
                (names[status], int(count), [int(k) for k in numbers], pixels))
        fit = pack.attrs["fit"]
        fit = fit.decode() if isinstance(fit, bytes) else str(fit)
    return fit, frames.shape[2:], clips


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("clips_dir")
    parser.add_argument("pack")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    fit, shape, clips = read_pack(args.pack)
    chain = filters(fit, shape[1], shape[0])
    bad = rows = frames = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        verdicts = {name: pool.submit(judge, os.path.join(args.clips_dir, name), table, chain,
                                      shape) for name, table in clips.items()}
        for name, verdict in verdicts.items():
            complaints = verdict.result()
            bad += bool(complaints)
            rows += len(clips[name])
            frames += sum(len(row[2]) for row in clips[name])
            for complaint in complaints[:5]:
                print(f"{name}: {complaint}")
    print(f"{len(clips)} clips, {rows} rows, {frames} frames: {bad} clips differ from ffmpeg")
    return 1 if bad or not clips else 0


if __name__ == "__main__":
    sys.exit(main())
