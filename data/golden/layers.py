#!/usr/bin/env python3
"""Answers of PyTorch to the layers, losses and optimisers of `dnn`, for the tests to compare with.

    pip install -r requirements.txt && python layers.py        writes layers.npz beside this file

Layers: `layer/CASE/…` with `model` (the model text), `shape` (of a sample: `7x6x2`), `input`, the parameters (`0.conv.weight`), `upstream` = ∂E/∂output,
`output`, `input-gradient` and `gradient/0.conv.weight`, and `answers` if the pass is one for answers; all [n, h, w, c] or [n, numbers], parameters in our layouts. Losses: `loss/NAME/…` with
`outputs`, `wanted`, `value` a sample, `gradient`. Optimisers: `optimiser/NAME/…` with `rate`, `decay`, `start`, `gradients`, `after` each step.

The leaves of the graph are arrays in our layouts, turned into PyTorch's inside it, so autograd answers in ours:

    ours                                     PyTorch
    pictures [n, h, w, c]                    [n, c, h, w]
    conv.weight [masks, rows, columns, c/g]  [masks, c/g, rows, columns]
    conv-transpose.weight                    [c, masks/g, rows, columns]
    [c, rows, columns, masks/g]
    dense.weight [out, in], in = h·w·c       the same, of the picture flattened with channels last
    bias [masks, 1]                          [masks]

Numbers are kept away from kinks and ties; those that are made up are few and round in the binary system, which packs well.
"""
import pathlib
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F

import layer_cases

PINNED = dict(line.split("==") for line in (pathlib.Path(__file__).parent / "requirements.txt").read_text().split())
for name, found in {"numpy": np.__version__, "torch": torch.__version__}.items():
    if found.split("+")[0] != PINNED[name]:
        sys.exit(f"{name} is {found}, {PINNED[name]} is needed: pip install -r requirements.txt")

out = {}


def generator(name):
    """By the case's name, so that a new case leaves the others as they are."""
    return np.random.RandomState(zlib.crc32(name.encode()))


def leaf(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def layers():
    for case in layer_cases.CASES:
        random = generator(case.text)
        shape = (3 if len(case.shape) == 1 else 2, *case.shape)
        # A shuffled ladder: no two numbers are equal, so no window has two greatest.
        numbers = random.permutation(int(np.prod(shape))).reshape(shape) + .5
        x = np.rint((numbers / numbers.size * (case.high - case.low) + case.low) * 1024) / 1024 + 1 / 2048
        for kink in case.kinks:
            x = np.where(np.abs(x - kink) < 1 / 64, x + 1 / 16, x)
        x = leaf(x)
        parameters = {name: leaf(random.randint(int(low * 128), int(high * 128), size) / 128)
                      for name, (size, low, high) in case.parameters.items()}
        y = case.function(x, *parameters.values())
        upstream = random.randint(-64, 65, tuple(y.shape)) / 64
        y.backward(torch.tensor(upstream))
        sides = "x".join(map(str, case.shape))
        key = f"layer/{case.text} behind {sides}"
        found = {"model": np.array(case.text), "shape": np.array(sides), "input": x.detach().numpy(),
                 "upstream": upstream, "output": y.detach().numpy(), "input-gradient": x.grad.numpy()}
        if case.answers:
            found["answers"] = np.array("answers")
        for name, value in parameters.items():
            found[name] = value.detach().numpy()
            if value.grad is not None:
                found[f"gradient/{name}"] = value.grad.numpy()
        for name, array in found.items():
            assert array.dtype.kind == "U" or np.isfinite(array).all(), f"{key}/{name}"
        out.update({f"{key}/{name}": value for name, value in found.items()})


def losses():
    """Ours are means over a sample's outputs, or sums (cross-entropies and Kullback–Leibler), a sample at a time."""
    functions = {
        "mean-squared-error": lambda o, l: F.mse_loss(o, l, reduction="none").mean(-1),
        "cross-entropy": lambda o, l: -(l * o.log()).sum(-1),
        "binary-cross-entropy": lambda o, l: F.binary_cross_entropy(o, l, reduction="none").sum(-1),
        "mean-absolute": lambda o, l: F.l1_loss(o, l, reduction="none").mean(-1),
        "huber": lambda o, l: F.huber_loss(o, l, reduction="none", delta=1.0).mean(-1),
        "hinge": lambda o, l: F.relu(1 - (2 * l - 1) * o).mean(-1),
        "kullback-leibler": lambda o, l: F.kl_div(o.log(), l, reduction="none").sum(-1),
    }
    for name, function in functions.items():
        random = generator(name)
        n, classes = 5, 7
        outputs = random.randint(20, 1000, (n, classes)) / 1024
        wanted = np.eye(classes)[random.randint(0, classes, n)]
        # Labels need not be whole; two samples have soft ones that add up to 1, where only 1/1024 and more count.
        soft = random.randint(1, 100, (2, classes))
        wanted[:2] = soft / soft.sum(-1, keepdims=True)
        if name in ("cross-entropy", "kullback-leibler"):
            outputs /= outputs.sum(-1, keepdims=True)
        if name in ("mean-squared-error", "mean-absolute", "huber", "hinge"):
            outputs = outputs * 6 - 3
        o, l = leaf(outputs), torch.tensor(wanted)
        value = function(o, l)
        value.sum().backward()
        for part, array in {"outputs": outputs, "wanted": wanted, "value": value.detach().numpy(), "gradient": o.grad.numpy()}.items():
            out[f"loss/{name}/{part}"] = array


def optimisers():
    kinds = {
        "sgd": lambda p, rate, decay: torch.optim.SGD(p, lr=rate, weight_decay=decay),
        "momentum": lambda p, rate, decay: torch.optim.SGD(p, lr=rate, weight_decay=decay, momentum=.9),
        "nesterov": lambda p, rate, decay: torch.optim.SGD(p, lr=rate, weight_decay=decay, momentum=.9, nesterov=True),
        "adagrad": lambda p, rate, decay: torch.optim.Adagrad(p, lr=rate, weight_decay=decay, eps=1e-10),
        "rmsprop": lambda p, rate, decay: torch.optim.RMSprop(p, lr=rate, weight_decay=decay, alpha=.99, eps=1e-8),
        "adam": lambda p, rate, decay: torch.optim.Adam(p, lr=rate, weight_decay=decay),
        "adamw": lambda p, rate, decay: torch.optim.AdamW(p, lr=rate, weight_decay=decay),
        # PyTorch's ASGD does something else; the plain mean of what SGD has been is taken below.
        "averaged-sgd": lambda p, rate, decay: torch.optim.SGD(p, lr=rate, weight_decay=decay),
    }
    for name, kind in kinds.items():
        for decay in (0.0, 0.01):
            random = generator(name)
            start, gradients = random.randint(-2048, 2048, 9) / 1024, random.randint(-2048, 2048, (5, 9)) / 1024
            w, after = leaf(start), []
            optimiser = kind([w], .05, decay)
            for gradient in gradients:
                w.grad = torch.tensor(gradient)
                optimiser.step()
                after.append(w.detach().numpy().copy())
            after = np.array(after)
            if name == "averaged-sgd":
                after = np.array([after[:t].mean(0) for t in range(1, 6)])
            for part, array in {"rate": .05, "decay": decay, "start": start, "gradients": gradients, "after": after}.items():
                out[f"optimiser/{name}{'' if decay == 0 else ' with decay'}/{part}"] = np.array(array)


layers()
losses()
optimisers()
path = pathlib.Path(__file__).parent / "layers.npz"
np.savez_compressed(path, **out)
print(len(out), "arrays,", path.stat().st_size, "bytes")
