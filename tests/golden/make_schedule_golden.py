#!/usr/bin/python3
"""PyTorch's view of the schedules, for tests/unit/test_nn_schedule.c.

Writes schedules.golden beside this script, a text: one line a case, with the
schedule's name, epochs and steps_per_epoch, the lr and momentum of the optimiser
and the options that are not PyTorch's defaults as name=value, a bar, and two
numbers for every step: learning rate and momentum. They are float64, written so
that they are read back to the bit. A warm-up is LinearLR's factor times the
schedule's rate, both from optimisers of their own. Needs Debian's python3-torch.
"""
import os
import warnings
import numpy as np
import torch
from torch.optim import lr_scheduler
import formula

MEASURED = 61

CASES = [
    ("constant", dict()),
    ("step", dict(step_size=3, gamma=0.5)),
    ("step", dict(step_size=1)),
    ("multistep", dict(milestones="2,3,9", gamma=0.3)),
    ("exponential", dict(gamma=0.8)),
    ("cosine", dict(t_max=12)),
    ("cosine", dict(t_max=5, eta_min=0.003)),
    ("onecycle", dict()),
    ("onecycle", dict(pct_start=0.25, div_factor=10, final_div_factor=100, linear=1)),
    ("onecycle", dict(three_phase=1, base_momentum=0.7, max_momentum=0.9)),
    ("onecycle", dict(cycle_momentum=0, pct_start=0.5)),
    ("onecycle", dict(epochs=1, steps_per_epoch=2)),
    ("plateau", dict(patience=1, factor=0.5)),
    ("plateau", dict(patience=0, factor=0.3, threshold=0.1, cooldown=2, min_lr=0.002)),
    ("plateau", dict(patience=1, threshold=0.15, threshold_absolute=1)),
    ("plateau", dict(patience=0, factor=0.5, larger_is_better=1)),
    ("plateau", dict(patience=0, factor=0.5, threshold=0.05, threshold_absolute=1,
                     larger_is_better=1)),
    ("plateau", dict(patience=0, factor=1e-5, epochs=4)),
    ("constant", dict(warmup=7)),
    ("cosine", dict(t_max=12, warmup=13, warmup_start=0.1)),
    ("onecycle", dict(warmup=10, warmup_start=0.0001)),
]

PER_STEP = {"onecycle"}


def optimiser(lr, momentum):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=momentum)


def measured(epoch):
    """What an epoch is said to have measured: falls, with noise."""
    return 1.0 / (1 + epoch) + 0.2 * float(formula.uniform(MEASURED, np.array([epoch]))[0])


def build(name, o, options, epochs, steps):
    if name == "step":
        return lr_scheduler.StepLR(o, **options)
    if name == "multistep":
        marks = [int(m) for m in options.pop("milestones").split(",")]
        return lr_scheduler.MultiStepLR(o, marks, **options)
    if name == "exponential":
        return lr_scheduler.ExponentialLR(o, **options)
    if name == "cosine":
        return lr_scheduler.CosineAnnealingLR(o, options["t_max"],
                                              eta_min=options.get("eta_min", 0))
    if name == "onecycle":
        linear = options.pop("linear", 0)
        cycle = options.pop("cycle_momentum", 1)
        three = options.pop("three_phase", 0)
        return lr_scheduler.OneCycleLR(o, max_lr=o.param_groups[0]["lr"], epochs=epochs,
                                       steps_per_epoch=steps, cycle_momentum=bool(cycle),
                                       anneal_strategy="linear" if linear else "cos",
                                       three_phase=bool(three), **options)
    if name == "plateau":
        mode = "max" if options.pop("larger_is_better", 0) else "min"
        kind = "abs" if options.pop("threshold_absolute", 0) else "rel"
        return lr_scheduler.ReduceLROnPlateau(o, mode=mode, threshold_mode=kind, **options)
    return None


def run(name, options):
    options = dict(options)
    epochs = options.pop("epochs", 12)
    steps = options.pop("steps_per_epoch", 3)
    warmup = options.pop("warmup", 0)
    start = options.pop("warmup_start", 1.0 / 3)
    lr, momentum = 0.08, 0.6
    o = optimiser(lr, momentum)
    schedule = build(name, o, options, epochs, steps)
    warm = optimiser(1.0, 0)
    warming = lr_scheduler.LinearLR(warm, start_factor=start, total_iters=warmup) if warmup \
        else None
    kept = []
    for epoch in range(epochs):
        for step in range(steps):
            group = o.param_groups[0]
            kept += [group["lr"] * warm.param_groups[0]["lr"], group["momentum"]]
            o.step()
            warm.step()
            last = epoch == epochs - 1 and step == steps - 1
            if name in PER_STEP and not last:
                schedule.step()
            if warming:
                warming.step()
        if name == "plateau":
            schedule.step(measured(epoch))
        elif schedule and name not in PER_STEP:
            schedule.step()
    head = dict(epochs=epochs, steps_per_epoch=steps, lr=lr, momentum=momentum)
    return head, kept


def main():
    warnings.simplefilter("ignore")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedules.golden")
    with open(path, "w") as f:
        for name, options in CASES:
            head, kept = run(name, options)
            head.update({k: v for k, v in options.items() if k not in head})
            words = [name] + [f"{key}={value}" for key, value in head.items()] + ["|"]
            f.write(" ".join(words + [float.hex(float(v)) for v in kept]) + "\n")
    print(torch.__version__, len(CASES), "cases")


if __name__ == "__main__":
    main()
