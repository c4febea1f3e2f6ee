#!/usr/bin/python3
"""PyTorch's view of every layer and block, for tests/unit/test_nn_layers_golden.c.

Writes layers.golden beside this script; README.md there says what is in it.
Needs Debian's python3-torch and python3-numpy.
"""
import os
import struct
import numpy as np
import torch
import torch.nn as nn
import formula

X, DY = 21, 22
PLAIN, TIES = 0, 1


class Residual(nn.Module):
    """residual [relu] { body [shortcut { }] }"""

    def __init__(self, body, shortcut=None, relu=True):
        super().__init__()
        self.body = nn.Sequential(*body)
        self.relu = relu
        if shortcut:
            self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        y = (self.shortcut(x) if hasattr(self, "shortcut") else x) + self.body(x)
        return torch.relu(y) if self.relu else y


class Branches(nn.ModuleList):
    def __init__(self, join, *branches):
        super().__init__([nn.Sequential(*b) for b in branches])
        self.join = join

    def forward(self, x):
        return self.join([branch(x) for branch in self])


class Diff(nn.Module):
    """diff C: frames of C channels each, in time"""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        frames = x.shape[1] // self.channels
        return x.unflatten(1, (frames, self.channels)).diff(dim=1).flatten(1, 2)


class LayerNorm(nn.LayerNorm):
    def __init__(self, *shape, **options):
        super().__init__(shape, **options)


def add(branches):
    total = branches[0]
    for b in branches[1:]:
        total = total + b
    return total


def concat(branches):
    return torch.cat(branches, 1)


def reference_residual(c):
    return Residual([nn.Conv2d(c, c, 3, padding=1, bias=False), nn.BatchNorm2d(c),
                     nn.ReLU(inplace=True), nn.Conv2d(c, c, 3, padding=1, bias=False),
                     nn.BatchNorm2d(c)])


def stage(i, o):
    return [nn.Conv2d(i, o, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(o),
            nn.ReLU(inplace=True), reference_residual(o)]


def read_net(name):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(f"{here}/../../data/nets/{name}.net") as f:
        return f.read()


P, R = (4, 7, 6), (13,)  # planes and a row


def cases():
    """(name, net text, modules, input shape, images, inputs)"""
    yield "conv stride padding", "conv 3x2x5 stride=2x1 padding=1", \
        [nn.Conv2d(4, 5, (3, 2), stride=(2, 1), padding=1)], P, 3, PLAIN
    yield "conv dilation", "conv 3x3x4 dilation=2x1 bias=off", \
        [nn.Conv2d(4, 4, 3, dilation=(2, 1), bias=False)], P, 2, PLAIN
    yield "conv groups", "conv 3x3x6 groups=2 padding=1", \
        [nn.Conv2d(4, 6, 3, groups=2, padding=1)], P, 3, PLAIN
    yield "conv depthwise", "conv 3x3x8 groups=4 stride=2 dilation=2 padding=2", \
        [nn.Conv2d(4, 8, 3, groups=4, stride=2, dilation=2, padding=2)], P, 2, PLAIN
    yield "linear", "linear 5", [nn.Linear(13, 5)], R, 4, PLAIN
    yield "linear without bias", "linear 5 bias=off", [nn.Linear(13, 5, bias=False)], R, 4, PLAIN
    yield "flatten", "flatten\nlinear 3", [nn.Flatten(), nn.Linear(168, 3)], P, 2, PLAIN
    yield "maxpool", "maxpool 3 stride=2 padding=1", [nn.MaxPool2d(3, 2, 1)], P, 3, TIES
    yield "maxpool dilation", "maxpool 2x3 stride=2 dilation=2x1 padding=1", \
        [nn.MaxPool2d((2, 3), 2, 1, (2, 1))], P, 3, TIES
    yield "maxpool 2", "maxpool 2", [nn.MaxPool2d(2)], P, 3, TIES
    yield "avgpool", "avgpool 2", [nn.AvgPool2d(2)], P, 3, PLAIN
    yield "avgpool overlapping", "avgpool 3x2 stride=2x1 padding=1", \
        [nn.AvgPool2d((3, 2), (2, 1), 1)], P, 3, PLAIN
    yield "avgpool of what is there", "avgpool 3 stride=2 padding=1 count_padding=off", \
        [nn.AvgPool2d(3, 2, 1, count_include_pad=False)], P, 3, PLAIN
    yield "globalavgpool", "globalavgpool", [nn.AdaptiveAvgPool2d(1)], P, 3, PLAIN
    yield "batchnorm planes", "batchnorm", [nn.BatchNorm2d(4)], P, 5, PLAIN
    yield "batchnorm row", "batchnorm eps=1e-3 momentum=0.3", \
        [nn.BatchNorm1d(13, eps=1e-3, momentum=0.3)], R, 20, PLAIN
    yield "batchnorm without affine", "batchnorm affine=off", \
        [nn.BatchNorm2d(4, affine=False)], P, 33, PLAIN
    yield "layernorm planes", "layernorm", [LayerNorm(*P)], P, 3, PLAIN
    yield "layernorm row", "layernorm eps=1e-3", [LayerNorm(13, eps=1e-3)], R, 4, PLAIN
    yield "layernorm without affine", "layernorm affine=off", \
        [LayerNorm(*P, elementwise_affine=False)], P, 3, PLAIN
    for name, text, module in [
            ("relu", "relu", nn.ReLU()),
            ("leakyrelu", "leakyrelu", nn.LeakyReLU()),
            ("leakyrelu steep", "leakyrelu slope=0.3", nn.LeakyReLU(0.3)),
            ("elu", "elu", nn.ELU()), ("elu alpha", "elu alpha=0.5", nn.ELU(0.5)),
            ("gelu", "gelu", nn.GELU()), ("gelu tanh", "gelu form=tanh", nn.GELU("tanh")),
            ("silu", "silu", nn.SiLU()), ("sigmoid", "sigmoid", nn.Sigmoid()),
            ("tanh", "tanh", nn.Tanh()), ("softplus", "softplus", nn.Softplus()),
            ("softplus beta", "softplus beta=3 threshold=2", nn.Softplus(3, 2))]:
        yield name, text, [module], P, 3, TIES
    yield "diff", "diff", [Diff(3)], (9, 5, 4), 3, PLAIN
    yield "diff of single channels", "diff 1", [Diff(1)], P, 3, PLAIN
    yield "diff of two channels", "conv 1x1x6\ndiff 2\nconv 3x3x2", \
        [nn.Conv2d(4, 6, 1), Diff(2), nn.Conv2d(4, 2, 3)], P, 3, PLAIN
    yield "dropout at rest", "dropout 0", [nn.Dropout(0)], P, 2, PLAIN
    yield "residual", "residual {\nconv 3x3x4 padding=1\n}", \
        [Residual([nn.Conv2d(4, 4, 3, padding=1)], relu=False)], P, 3, PLAIN
    yield "residual shortcut", \
        "residual relu {\nconv 3x3x6 stride=2 padding=1\nbatchnorm\nrelu\nconv 3x3x6 padding=1\n" \
        "shortcut {\nconv 1x1x6 stride=2 bias=off\nbatchnorm\n}\n}\nrelu", \
        [Residual([nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6), nn.ReLU(),
                   nn.Conv2d(6, 6, 3, padding=1)],
                  [nn.Conv2d(4, 6, 1, stride=2, bias=False), nn.BatchNorm2d(6)]), nn.ReLU()], \
        P, 4, PLAIN
    yield "add", \
        "add {\nbranch {\nidentity\n}\nbranch {\nconv 3x3x4 padding=1\n}\n" \
        "branch {\ntanh\nconv 1x1x4\n}\n}\ntanh", \
        [Branches(add, [nn.Identity()], [nn.Conv2d(4, 4, 3, padding=1)],
                  [nn.Tanh(), nn.Conv2d(4, 4, 1)]), nn.Tanh()], P, 3, PLAIN
    yield "concat", \
        "conv 1x1x4\nconcat {\nbranch {\nconv 3x3x2 padding=1\n}\nbranch {\nidentity\n}\n" \
        "branch {\nmaxpool 3 stride=1 padding=1\nconv 1x1x3\n}\n}\nconv 1x1x2", \
        [nn.Conv2d(4, 4, 1),
         Branches(concat, [nn.Conv2d(4, 2, 3, padding=1)], [nn.Identity()],
                  [nn.MaxPool2d(3, 1, 1), nn.Conv2d(4, 3, 1)]), nn.Conv2d(9, 2, 1)], P, 3, PLAIN
    yield "small-residual.net", read_net("small-residual"), \
        [*stage(3, 16), *stage(16, 32), *stage(32, 64), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
         nn.Linear(64, 10)], (3, 32, 32), 5, PLAIN


def inputs(shape, kind):
    x = formula.uniform(X, np.arange(int(np.prod(shape)))).reshape(shape) * 2
    return np.floor(x * 4) / 4 if kind == TIES else x


def text(f, s):
    data = s.encode()
    f.write(struct.pack("<I", len(data)) + data)


def tensor(f, name, values):
    values = np.ascontiguousarray(values.detach().numpy(), "<f4").reshape(-1)
    text(f, name)
    f.write(struct.pack("<I", values.size) + values.tobytes())


def write(f, name, net, modules, shape, images, kind):
    torch.manual_seed(0)
    module = nn.Sequential(*modules)
    state = "".join(f"{k} {'x'.join(map(str, v.shape)) or '1'}\n"
                    for k, v in module.state_dict().items())
    for number, p in enumerate(module.parameters()):
        index = (number << 40) + np.arange(p.numel())
        p.data = torch.from_numpy(0.5 * formula.uniform(formula.PARAMETER, index)) \
            .float().reshape(p.shape)
    x = torch.from_numpy(inputs((images, *shape), kind)).float().requires_grad_()
    module.train()
    y = module(x)
    dy = formula.uniform(DY, np.arange(y.numel())).reshape(tuple(y.shape))
    y.backward(torch.from_numpy(dy).float())
    module.eval()
    tensors = [("output", y), ("input", x.grad), ("evaluation", module(x))]
    tensors += [(k, p.grad) for k, p in module.named_parameters()]
    tensors += [(k, b.float()) for k, b in module.named_buffers()]
    text(f, name)
    text(f, net)
    text(f, state)
    f.write(struct.pack("<6I", *(shape if len(shape) == 3 else (*shape, 1, 1)), len(shape) == 1,
                        images, kind))
    f.write(struct.pack("<I", len(tensors)))
    for t in tensors:
        tensor(f, *t)


def main():
    torch.set_num_threads(1)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.golden")
    count = 0
    with open(path, "wb") as f:
        for case in cases():
            write(f, *case)
            count += 1
    print(torch.__version__, count, "cases,", os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
