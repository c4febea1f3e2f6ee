"""Numbers that C and Python both compute: see tests/unit/nn_fixture.c."""
import numpy as np

LABEL, PATTERN, NOISE, PARAMETER = 1, 2, 3, 4


def mixed(stream, index):
    """64 mixed bits of (stream, index), elementwise."""
    with np.errstate(over="ignore"):
        z = (np.uint64(stream << 56) + np.asarray(index, np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def uniform(stream, index):
    """Doubles in [-1, 1)."""
    return (mixed(stream, index) >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1


def labels(samples, classes):
    return (mixed(LABEL, np.arange(samples)) % np.uint64(classes)).astype(np.int64)


def frames(samples, per_sample, height, width, classes):
    """uint8 [samples * per_sample][height][width][3]."""
    count = samples * per_sample
    label = np.repeat(labels(samples, classes), per_sample)
    y, x, c = np.ogrid[:height, :width, :3]
    square = ((label[:, None, None, None] * 64 + y // 8) * 64 + x // 8) * 3 + c
    noise = np.arange(count * height * width * 3).reshape(count, height, width, 3)
    return ((mixed(PATTERN, square) >> np.uint64(57))
            + (mixed(NOISE, noise) >> np.uint64(57))).astype(np.uint8)


def parameter(number, shape, fan_in):
    """The number-th parameter of a net, in float64."""
    index = (number << 40) + np.arange(int(np.prod(shape)))
    return (uniform(PARAMETER, index) * (1 / np.sqrt(float(fan_in)))).reshape(shape)
