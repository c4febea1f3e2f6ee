#!/usr/bin/python3
"""PyTorch's view of the optimisers, for tests/unit/test_nn_optimiser.c.

Writes optimisers.golden beside this script, a text: one line a case, with the
optimiser's name, its options that are not PyTorch's defaults as name=value, a
bar, and the parameters after the first and after the tenth step. Numbers are
float64, written so that they are read back to the bit. Needs Debian's
python3-torch.
"""
import os
import numpy as np
import torch
import formula

NUMBERS, STEPS, VALUES, GRADIENTS = 23, 10, 51, 52

CASES = [
    ("sgd", dict(lr=0.05)),
    ("sgd", dict(lr=0.05, momentum=0.9)),
    ("sgd", dict(lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.1)),
    ("sgd", dict(lr=0.05, momentum=0.8, nesterov=1, weight_decay=0.01)),
    ("rmsprop", dict(lr=0.01)),
    ("rmsprop", dict(lr=0.01, alpha=0.9, eps=1e-3, weight_decay=0.05)),
    ("rmsprop", dict(lr=0.01, momentum=0.7)),
    ("rmsprop", dict(lr=0.01, centered=1)),
    ("rmsprop", dict(lr=0.01, centered=1, momentum=0.9, alpha=0.95)),
    ("adam", dict()),
    ("adam", dict(lr=0.02, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1)),
    ("adam", dict(lr=0.02, beta2=0.5, amsgrad=1)),
    ("adamw", dict()),
    ("adamw", dict(lr=0.02, beta1=0.5, weight_decay=0.3)),
    ("adamw", dict(lr=0.02, beta2=0.5, amsgrad=1, eps=1e-5)),
    ("adagrad", dict()),
    ("adagrad", dict(lr=0.1, lr_decay=0.2, initial_accumulator_value=0.4, eps=1e-3,
                     weight_decay=0.1)),
    ("adadelta", dict()),
    ("adadelta", dict(lr=0.5, rho=0.7, eps=1e-3, weight_decay=0.1)),
    ("sgd", dict(lr=0.05, clip_norm=0.75)),
    ("sgd", dict(lr=0.05, momentum=0.9, clip_norm=1e6)),
    ("adam", dict(lr=0.02, weight_decay=0.2, clip_norm=0.5)),
    ("rmsprop", dict(lr=0.01, clip_value=0.25)),
    ("adadelta", dict(clip_norm=2.0, clip_value=0.4)),
]

KINDS = {"sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop, "adam": torch.optim.Adam,
         "adamw": torch.optim.AdamW, "adagrad": torch.optim.Adagrad,
         "adadelta": torch.optim.Adadelta}


def run(name, options):
    """Two tensors, so that a norm goes over several."""
    options = dict(options)
    norm = options.pop("clip_norm", None)
    value = options.pop("clip_value", None)
    for flag in ("nesterov", "centered", "amsgrad"):
        if flag in options:
            options[flag] = bool(options[flag])
    if "beta1" in options or "beta2" in options:
        options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    start = torch.from_numpy(formula.uniform(VALUES, np.arange(NUMBERS)))
    parts = [start[:9].clone().requires_grad_(), start[9:].clone().requires_grad_()]
    optimiser = KINDS[name](parts, **options)
    kept = []
    for step in range(STEPS):
        noise = torch.from_numpy(formula.uniform(GRADIENTS,
                                                 np.arange(step * NUMBERS, (step + 1) * NUMBERS)))
        for part, own in zip(parts, (noise[:9], noise[9:])):
            part.grad = own + 0.5 * part.detach()
        if norm is not None:
            torch.nn.utils.clip_grad_norm_(parts, norm)
        if value is not None:
            torch.nn.utils.clip_grad_value_(parts, value)
        optimiser.step()
        if step in (0, STEPS - 1):
            kept += torch.cat(parts).tolist()
    return kept


def main():
    torch.set_num_threads(1)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimisers.golden")
    with open(path, "w") as f:
        for name, options in CASES:
            words = [name] + [f"{key}={value}" for key, value in options.items()] + ["|"]
            f.write(" ".join(words + [float.hex(v) for v in run(name, options)]) + "\n")
    print(torch.__version__, len(CASES), "cases")


if __name__ == "__main__":
    main()
