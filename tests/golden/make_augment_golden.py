#!/usr/bin/python3
"""A second implementation of augmentation, for tests/unit/test_nn_augment.c.

Writes augment.golden beside this script, a text: one line a case, with the
options (hflip, crop_pad, scale low and high, aspect, rotate, brightness,
contrast, saturation, hue, gain, grey, erase), the key, the row, and the mean
and a weighted sum of every channel of the frame's rendered pixels. Draws and
formulas are those of docs/augmentation.md, in numpy and float64; hue by a
rotation of each pixel's vector instead of a matrix, bilinear samples by
gathers. Needs numpy.
"""
import math
import os
import numpy as np
import formula

SAMPLES, FRAMES, HEIGHT, WIDTH, CLASSES = 6, 2, 12, 20, 3
M64 = (1 << 64) - 1
(HFLIP, SHIFT, CROP, ROTATION, BRIGHTNESS, CONTRAST, SATURATION, HUE, GAIN, GREY,
 ERASING) = range(1, 12)
LUMA = np.array([0.299, 0.587, 0.114])
MEAN, STD = np.array([0.25, 0.5, 0.125]), np.array([0.5, 0.25, 0.75])


def unit(key, purpose, index):
    z = (key + (purpose * 64 + index + 1) * 0x9E3779B97F4A7C15) & M64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
    return ((z ^ (z >> 31)) >> 11) * 2.0**-53


def between(key, purpose, index, low, high):
    return low + (high - low) * unit(key, purpose, index)


def crop(o, key):
    left, top, width, height = 0.0, 0.0, float(WIDTH), float(HEIGHT)
    if o["low"] >= 1 and o["aspect"] <= 1:
        return left, top, width, height
    for i in range(10):
        area = between(key, CROP, 4 * i, o["low"], o["high"])
        aspect = math.exp(between(key, CROP, 4 * i + 1, -math.log(o["aspect"]),
                                  math.log(o["aspect"])))
        width, height = WIDTH * math.sqrt(area * aspect), HEIGHT * math.sqrt(area / aspect)
        if width <= WIDTH and height <= HEIGHT:
            break
        width, height = min(width, WIDTH), min(height, HEIGHT)
    return (unit(key, CROP, 40) * (WIDTH - width), unit(key, CROP, 41) * (HEIGHT - height),
            width, height)


def sample(frame, o, key):
    """Positions first, one step of the description after the other."""
    left, top, width, height = crop(o, key)
    n = 2 * o["crop_pad"] + 1
    dx = min(int(unit(key, SHIFT, 0) * n), n - 1) - o["crop_pad"]
    dy = min(int(unit(key, SHIFT, 1) * n), n - 1) - o["crop_pad"]
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    x, y = x - WIDTH / 2, y - HEIGHT / 2
    if unit(key, HFLIP, 0) < o["hflip"]:
        x = -x
    angle = math.radians(between(key, ROTATION, 0, -o["rotate"], o["rotate"]))
    x, y = x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
    x = x * (width / WIDTH) + left + width / 2 + dx - 0.5
    y = y * (height / HEIGHT) + top + height / 2 + dy - 0.5
    x, y = np.clip(x, 0, WIDTH - 1), np.clip(y, 0, HEIGHT - 1)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1, y1 = np.minimum(x0 + 1, WIDTH - 1), np.minimum(y0 + 1, HEIGHT - 1)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]
    f = frame.astype(np.float64)
    return ((f[y0, x0] * (1 - fx) + f[y0, x1] * fx) * (1 - fy)
            + (f[y1, x0] * (1 - fx) + f[y1, x1] * fx) * fy) / 255


def factor(key, purpose, index, most):
    return between(key, purpose, index, max(0, 1 - most), 1 + most)


def turn(rgb, turns):
    """Rodrigues' rotation about the axis of greys."""
    axis = np.ones(3) / math.sqrt(3)
    angle = 2 * math.pi * turns
    return (rgb * math.cos(angle) + np.cross(axis, rgb) * math.sin(angle)
            + axis * (rgb @ axis)[..., None] * (1 - math.cos(angle)))


def recolour(rgb, whole, o, key):
    """`whole` is all of the sample: contrast pivots on its mean."""
    both = [rgb, whole.reshape(-1, 3) / 255]
    if o["brightness"]:
        both = [b * factor(key, BRIGHTNESS, 0, o["brightness"]) for b in both]
    if o["contrast"]:
        f, mean = factor(key, CONTRAST, 0, o["contrast"]), (both[1] @ LUMA).mean()
        both = [f * b + (1 - f) * mean for b in both]
    rgb = both[0]
    if o["saturation"]:
        f = factor(key, SATURATION, 0, o["saturation"])
        rgb = f * rgb + (1 - f) * (rgb @ LUMA)[..., None]
    if o["hue"]:
        rgb = turn(rgb, between(key, HUE, 0, -o["hue"], o["hue"]))
    if o["gain"]:
        rgb = rgb * np.array([factor(key, GAIN, c, o["gain"]) for c in range(3)])
    if unit(key, GREY, 0) < o["grey"]:
        rgb = np.repeat((rgb @ LUMA)[..., None], 3, axis=-1)
    return np.clip(rgb, 0, 1)


def erase(x, o, key):
    if unit(key, ERASING, 0) >= o["erase"]:
        return x
    for i in range(10):
        area = between(key, ERASING, 4 * i + 1, 0.02, 0.33) * HEIGHT * WIDTH
        aspect = math.exp(between(key, ERASING, 4 * i + 2, math.log(0.3), math.log(3.3)))
        h, w = int(math.sqrt(area * aspect) + 0.5), int(math.sqrt(area / aspect) + 0.5)
        if 1 <= h < HEIGHT and 1 <= w < WIDTH:
            top = int(unit(key, ERASING, 4 * i + 3) * (HEIGHT - h + 1))
            left = int(unit(key, ERASING, 4 * i + 4) * (WIDTH - w + 1))
            x[top:top + h, left:left + w] = 0
            break
    return x


def main():
    names = ["hflip", "crop_pad", "low", "high", "aspect", "rotate", "brightness", "contrast",
             "saturation", "hue", "gain", "grey", "erase"]
    none = dict.fromkeys(names, 0) | {"low": 1, "high": 1, "aspect": 1}
    cases = [{}, {"hflip": 0.5}, {"crop_pad": 3}, {"low": 0.3}, {"low": 0.2, "high": 0.6},
             {"aspect": 2}, {"low": 0.9, "aspect": 3}, {"rotate": 30}, {"rotate": 180},
             {"brightness": 0.4}, {"contrast": 0.6}, {"saturation": 0.7}, {"hue": 0.5},
             {"gain": 0.4}, {"grey": 0.5}, {"erase": 0.8},
             {"hflip": 0.5, "crop_pad": 2, "low": 0.4, "aspect": 1.5, "rotate": 15,
              "brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 0.1, "gain": 0.2,
              "grey": 0.2, "erase": 0.4}]
    frames = formula.frames(SAMPLES, FRAMES, HEIGHT, WIDTH, CLASSES)
    weights = np.arange(HEIGHT * WIDTH) / (HEIGHT * WIDTH) - 0.3
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "augment.golden")
    lines = 0
    with open(path, "w") as f:
        for case in cases:
            o = none | case
            for row in range(SAMPLES):
                key = int(formula.mixed(50, lines))
                whole = frames[row * FRAMES:(row + 1) * FRAMES]
                x = recolour(sample(whole[1], o, key), whole, o, key)
                x = erase((x - MEAN) / STD, o, key).reshape(-1, 3)
                numbers = [*x.mean(0), *(weights @ x)]
                f.write(" ".join([str(o[n]) for n in names] + [str(key), str(row)]
                                 + [float.hex(float(v)) for v in numbers]) + "\n")
                lines += 1
    print(lines, "cases")


if __name__ == "__main__":
    main()
