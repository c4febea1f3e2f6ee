#!/usr/bin/python3
"""PyTorch's view of the losses, for tests/unit/test_nn_losses.c.

Writes losses.golden beside this script, a text: one line a case, with the
loss's kind, smoothing, margin, power, gamma, whether classes have weights, the
label's share of the target (the class two further on has the rest), the mean
loss over the batch, and the gradient by every score. Numbers are float64,
written so that they are read back to the bit. Needs Debian's python3-torch.

Mixed targets with class weights: PyTorch's mean divides by the number of
images where targets are probabilities, and by the sum of their weights where
they are classes. Here it is the latter for both.
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
    other = (y + 2) % CLASSES
    cases = []

    def mixed(share):
        return (share * F.one_hot(y, CLASSES).to(w.dtype)
                + (1 - share) * F.one_hot(other, CLASSES).to(w.dtype))

    def mixed_cross_entropy(z, share, smoothing, v):
        each = F.cross_entropy(z, mixed(share), weight=v, label_smoothing=smoothing,
                               reduction="none")
        return each.sum() / (share * v[y] + (1 - share) * v[other]).sum()

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
    cases = [(*case[:6], 1.0, case[6]) for case in cases]
    for share, smoothing, v in ((0.7, 0.0, one), (0.25, 0.1, one), (0.6, 0.1, w)):
        cases.append(("cross-entropy", smoothing, 1.0, 1, 2.0, int(v is w), share,
                      lambda z, a=share, s=smoothing, v=v: mixed_cross_entropy(z, a, s, v)))
    cases.append(("squared", 0.0, 1.0, 1, 2.0, 0, 0.7, lambda z: F.mse_loss(z, mixed(0.7))))
    cases.append(("hinge", 0.0, 1.0, 1, 2.0, 0, 0.7,
                  lambda z: 0.7 * F.multi_margin_loss(z, y)
                  + (1 - 0.7) * F.multi_margin_loss(z, other)))
    cases.append(("focal", 0.0, 1.0, 1, 2.0, 0, 0.7,
                  lambda z: 0.7 * focal(z, y, 2.0, one) + (1 - 0.7) * focal(z, other, 2.0, one)))
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
