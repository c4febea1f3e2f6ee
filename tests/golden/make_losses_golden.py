#!/usr/bin/python3
"""PyTorch's view of the losses, for tests/unit/test_nn_losses.c.

Writes losses.golden beside this script, a text: one line a case, with the
loss's kind, smoothing, margin, power, gamma, the class weights' exponent, the
mean loss over the batch, and the gradient by every score. Numbers are float64,
written so that they are read back to the bit. Needs Debian's python3-torch.
"""
import os
import numpy as np
import torch
import torch.nn.functional as F
import formula

IMAGES, CLASSES, SCORES, WEIGHTS = 6, 5, 41, 42


def focal(scores, labels, gamma, weights):
    log_p = F.log_softmax(scores, 1).gather(1, labels[:, None])[:, 0]
    return (weights[labels] * -(1 - log_p.exp()) ** gamma * log_p).mean()


def main():
    torch.set_num_threads(1)
    x = 3 * formula.uniform(SCORES, np.arange(IMAGES * CLASSES)).reshape(IMAGES, CLASSES)
    x[-1] = np.floor(4 * x[-1]) / 4  # hinges exactly at their margin
    y = torch.arange(IMAGES) % CLASSES
    w = torch.from_numpy(1 + 0.9 * formula.uniform(WEIGHTS, np.arange(CLASSES)))
    one = torch.ones_like(w)
    cases = []
    for s in (0.0, 0.1, 1.0):
        for weighted in (0, 1):
            cases.append(("cross-entropy", s, 1.0, 1, 2.0, weighted, lambda z, s=s, v=weighted:
                          F.cross_entropy(z, y, weight=w if v else None, label_smoothing=s)))
    for margin, power, weighted in ((1.0, 1, 0), (0.75, 1, 0), (1.0, 2, 0), (2.0, 2, 1),
                                    (1.0, 1, 1)):
        cases.append(("hinge", 0.0, margin, power, 2.0, weighted,
                      lambda z, m=margin, p=power, v=weighted:
                      F.multi_margin_loss(z, y, margin=m, p=p, weight=w if v else None)))
    cases.append(("squared", 0.0, 1.0, 1, 2.0, 0,
                  lambda z: F.mse_loss(z, F.one_hot(y, CLASSES).to(z.dtype))))
    for gamma, weighted in ((2.0, 0), (0.5, 1), (0.0, 0)):
        cases.append(("focal", 0.0, 1.0, 1, gamma, weighted, lambda z, g=gamma, v=weighted:
                      focal(z, y, g, w if v else one)))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.golden")
    with open(path, "w") as f:
        for *head, compute in cases:
            z = torch.from_numpy(x).requires_grad_()
            value = compute(z)
            value.backward()
            numbers = [value.item(), *z.grad.flatten().tolist()]
            f.write(" ".join([str(h) for h in head] + [float.hex(v) for v in numbers]) + "\n")
    print(torch.__version__, len(cases), "cases")


if __name__ == "__main__":
    main()
