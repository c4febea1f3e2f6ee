#!/usr/bin/python3
"""PyTorch's view of the tutorial's network, for tests/unit/test_nn_golden*.c.

Writes tutorial.golden beside this script; README.md there says what is in it.
Needs Debian's python3-torch and python3-numpy.
"""
import os
import numpy as np
import torch
import torch.nn as nn
import formula

SAMPLES, FRAMES, SIZE, CLASSES, BATCH, STEPS = 100, 3, 64, 10, 32, 50


def network(dtype):
    net = nn.Sequential(
        nn.Conv2d(3, 8, 7), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 7), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.ReLU(), nn.Linear(16 * 11 * 11, CLASSES)).to(dtype)
    fan_in = 0
    for number, p in enumerate(net.parameters()):
        fan_in = p[0].numel() if p.dim() > 1 else fan_in  # a bias has its weight's
        p.data = torch.from_numpy(formula.parameter(number, tuple(p.shape), fan_in)).to(dtype)
    return net


def run(dtype, steps):
    """Losses of all steps, the gradient of the first, the last parameters."""
    x = torch.from_numpy(formula.frames(SAMPLES, FRAMES, SIZE, SIZE, CLASSES))
    x = x.permute(0, 3, 1, 2).contiguous().to(dtype).div_(255)
    y = torch.from_numpy(np.repeat(formula.labels(SAMPLES, CLASSES), FRAMES))
    net = network(dtype)
    optimiser = torch.optim.RMSprop(net.parameters(), lr=1e-4)
    losses, first, position = [], None, 0
    for _ in range(steps):
        position = 0 if position >= len(x) else position
        loss = nn.CrossEntropyLoss()(net(x[position:position + BATCH]),
                                     y[position:position + BATCH])
        position += BATCH
        optimiser.zero_grad()
        loss.backward()
        if first is None:
            first = torch.cat([p.grad.flatten() for p in net.parameters()]).numpy().copy()
        optimiser.step()
        losses.append(loss.item())
    last = torch.cat([p.data.flatten() for p in net.parameters()]).numpy()
    return losses, first, last


def main():
    torch.set_num_threads(1)
    double_losses, double_gradient, double_last = run(torch.float64, STEPS)
    float_losses, float_gradient, _ = run(torch.float32, 1)
    print(torch.__version__, double_losses[0], double_losses[-1], float_losses[0])
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tutorial.golden")
    with open(path, "wb") as f:
        for array in (double_losses, double_gradient, double_last, float_losses):
            f.write(np.asarray(array, "<f8").tobytes())
        f.write(np.asarray(float_gradient, "<f4").tobytes())


if __name__ == "__main__":
    main()
