#!/usr/bin/env python3
"""PyTorch's weights as safetensors, and PyTorch's answers with them, for `dnn train --init FILE.safetensors` to give.

    pip install -r requirements.txt && python pytorch.py       writes pytorch.npz beside this file

`CASE/file` are the bytes of the file that `safetensors.torch.save_file` writes of the module's state_dict, `CASE/model` is the net in our model language,
`CASE/shape` the shape of a sample, `CASE/input` pictures [n, h, w, c] of u1, `CASE/output` what the module in evaluation mode, computing in f64 with the
file's numbers, makes of the pixels / 255 (divided in f32, as `dnn` does).
"""
import collections
import pathlib
import sys

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import nn

PINNED = dict(line.split("==") for line in (pathlib.Path(__file__).parent / "requirements.txt").read_text().split())
for name, found in {"numpy": np.__version__, "torch": torch.__version__, "safetensors": safetensors.__version__}.items():
    if found.split("+")[0] != PINNED[name]:
        sys.exit(f"{name} is {found}, {PINNED[name]} is needed: pip install -r requirements.txt")

out = {}


def lenet():
    """LeNet with batch normalisation, made small: two convolutions, two dense layers, the first of them on a flattened picture of 2×2×5."""
    return nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(3, 5, 3, bias=False), nn.BatchNorm2d(5), nn.PReLU(5), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(20, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 4))


LENET = ("conv 3 3x3 same | batch-norm | relu | max-pool 2 | conv 5 3x3 no-bias | batch-norm | prelu | max-pool 2 | flatten | dense 6 | batch-norm | relu"
         " | dense 4")
# The names that a class gives its modules: sorted, they are in another order than the layers.
NAMED = {"0": "module.conv1", "1": "module.bn1", "4": "module.conv2", "5": "module.bn2", "6": "module.act", "9": "module.fc1", "10": "module.bn3", "12": "module.fc2"}


class Named(nn.Module):
    """A convolution and its transpose in groups, and batch normalisation of a flattened picture."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2)
        self.decoder = nn.ConvTranspose2d(4, 6, 2, stride=2, groups=2)
        self.norm = nn.BatchNorm1d(6 * 4 * 4)
        self.head = nn.Linear(6 * 4 * 4, 3)

    def forward(self, x):
        return self.head(self.norm(self.decoder(self.encoder(x).relu()).flatten(1)))


def filled(module, seed):
    """Every number from a few that are round in the binary system; variances above 0."""
    random = np.random.RandomState(seed)
    for name, tensor in module.state_dict().items():
        if tensor.dtype.is_floating_point:
            low, high = (16, 64) if name.endswith("running_var") else (-24, 25)
            tensor.copy_(torch.tensor(random.randint(low, high, tuple(tensor.shape)) / 32))
    return module.eval()


def case(name, module, text, shape, rename=lambda name: name, dtype=torch.float32):
    state = collections.OrderedDict((rename(key), value.to(dtype) if value.dtype.is_floating_point else value)
                                    for key, value in module.state_dict().items())
    pixels = np.random.RandomState(7).randint(0, 256, (3, *shape)).astype(np.uint8)
    x = torch.tensor((pixels.astype(np.float32) / np.float32(255)).astype(np.float64).transpose(0, 3, 1, 2))
    with torch.no_grad():
        y = module.double()(x).numpy()
    found = {"file": np.frombuffer(safetensors.torch.save(state), np.uint8), "model": np.array(text), "shape": np.array("x".join(map(str, shape))),
             "input": pixels, "output": y}
    out.update({f"{name}/{key}": value for key, value in found.items()})


def main():
    shape = (12, 12, 2)
    names = lambda table: lambda key: ".".join([table[key.rsplit(".", 1)[0]], key.rsplit(".", 1)[1]])
    case("sequential", filled(lenet(), 1), LENET, shape)
    case("named", filled(lenet(), 2), LENET, shape, names(NAMED))
    case("half", filled(lenet(), 3), LENET, shape, dtype=torch.float16)
    case("bfloat", filled(lenet(), 4), LENET, shape, dtype=torch.bfloat16)
    case("double", filled(lenet(), 5), LENET, shape, dtype=torch.float64)
    case("groups", filled(Named(), 6), "conv 4 3x3 stride 2 pad 1 groups 2 | relu | conv-transpose 6 2x2 stride 2 groups 2 | flatten | batch-norm | dense 3",
         (3, 3, 2))
    np.savez_compressed(pathlib.Path(__file__).parent / "pytorch.npz", **out)


main()
