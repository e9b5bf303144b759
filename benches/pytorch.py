#!/usr/bin/env python3
"""The presets beside PyTorch: the same layers, first weights, batch, optimiser, schedule and threads, in one run.

    python benches/pytorch.py target/release/dnn data/mnist.npz [--threads 2] [--nets mlp,lenet5,cnn] [--until 99.0]

Prints seconds of training an epoch, seconds of answering the 10000 test pictures, and PyTorch / ours of both. With --until, nets are trained by
their whole recipe (ten epochs, the rate down half a wave of the cosine) and the seconds of training are those up to the first epoch after which so
many per cent of the test pictures are recognised. `--nets denoise --pictures FOLDER` trains the restoring preset on a folder of grey pictures, which PyTorch's side cuts into the same patches
and damages the same way. Needs numpy and torch, and for pictures pillow, in the versions of data/golden/requirements.txt.
"""
import argparse, json, math, os, pathlib, subprocess, tempfile, time
import numpy as np, torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, PixelShuffle, PixelUnshuffle, ReLU, Sequential, init
from torch.nn.functional import cross_entropy, mse_loss

EPOCHS = 10
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("dnn")
parser.add_argument("data")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--nets", default="mlp,lenet5,cnn")
parser.add_argument("--pictures")
parser.add_argument("--until", type=float)
flags = parser.parse_args()
torch.set_num_threads(flags.threads)
data = np.load(flags.data)
train, test = (torch.tensor(data[f"x_{part}"][:, None] / np.float32(255)) for part in ("train", "test"))
labels, wanted = (torch.tensor(data[f"y_{part}"].astype("int64")) for part in ("train", "test"))
NETS = {
    "mlp": (128, [Flatten(), Linear(784, 512), ReLU(), Linear(512, 512), ReLU(), Linear(512, 10)]),
    "lenet5": (64, [Conv2d(1, 6, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2), Flatten(),
                    Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10)]),
    "cnn": (128, [Conv2d(1, 32, 3), ReLU(), MaxPool2d(2), Conv2d(32, 64, 3), ReLU(), MaxPool2d(2), Flatten(),
                  Linear(1600, 128), ReLU(), Linear(128, 10)]),
}


def ours(name, epochs):
    """Test accuracy, seconds of training and seconds of answering of each epoch."""
    model = os.path.join(tempfile.mkdtemp(), "model.npz")
    arguments = ["--data", flags.data, "--epochs", str(epochs), "--threads", str(flags.threads), "--json", "--model", model]
    command = [flags.dnn, "train", "--preset", name, *arguments]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    for line in filter(lambda line: line["event"] == "epoch", map(json.loads, lines)):
        yield 100 * line["test_hits"] / line["test_total"], line["seconds"], line["test_seconds"]


def theirs(name, epochs):
    """The same of PyTorch."""
    torch.manual_seed(1)
    batch, layers = NETS[name]
    net = Sequential(*layers)
    for layer in filter(lambda layer: hasattr(layer, "weight"), layers):
        init.kaiming_uniform_(layer.weight, nonlinearity="relu")
        init.zeros_(layer.bias)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    steps = epochs * math.ceil(len(labels) / batch)
    cosine = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: (1 + math.cos(math.pi * step / steps)) / 2)
    for _ in range(epochs):
        began = time.perf_counter()
        for chosen in torch.randperm(len(labels)).split(batch):
            adam.zero_grad()
            cross_entropy(net(train[chosen]), labels[chosen]).backward()
            adam.step()
            cosine.step()
        trained = time.perf_counter()
        with torch.no_grad():
            # All at once PyTorch is slower.
            hits = sum(int((net(pictures).argmax(1) == labels).sum())
                       for pictures, labels in zip(test.split(500), wanted.split(500)))
        yield 100 * hits / len(wanted), trained - began, time.perf_counter() - trained


def our_denoise():
    """Seconds of an epoch of training."""
    model = os.path.join(tempfile.mkdtemp(), "model.npz")
    arguments = ["--data", flags.pictures, "--epochs", "1", "--threads", str(flags.threads), "--json", "--model", model]
    lines = subprocess.run([flags.dnn, "train", "--preset", "denoise", *arguments], check=True, capture_output=True, text=True).stdout
    lines = {line["event"]: line for line in map(json.loads, lines.splitlines())}
    return lines["start"]["train"], lines["epoch"]["seconds"]


def their_denoise(samples, batch=16, side=48, masks=32, inner=6, share=0.999):
    """The same of PyTorch, for as many patches."""
    from PIL import Image
    torch.manual_seed(1)
    pictures = [torch.tensor(np.array(Image.open(path).convert("L"))) for path in sorted(pathlib.Path(flags.pictures).rglob("*.png"))]
    layers = [PixelUnshuffle(2), Conv2d(8, masks, 3, padding=1, bias=False), ReLU()]
    for _ in range(inner):
        layers += [Conv2d(masks, masks, 3, padding=1, bias=False), ReLU()]
    net = Sequential(*layers, Conv2d(masks, 4, 3, padding=1, bias=False), PixelShuffle(2))
    weights = list(net.parameters())
    averaged = [weight.detach().clone() for weight in weights]
    adam = torch.optim.Adam(weights, lr=1e-3)
    began = time.perf_counter()
    for _ in range(math.ceil(samples / batch)):
        clean = torch.empty(batch, 1, side, side)
        for patch in clean:
            picture = pictures[np.random.randint(len(pictures))]
            top, left = (np.random.randint(length - side + 1) for length in picture.shape)
            turned = torch.rot90(picture[top:top + side, left:left + side], np.random.randint(4))
            patch[0] = (turned.flip(1) if np.random.randint(2) else turned) / 255
        level = torch.rand(batch, 1, 1, 1) * 55 / 255
        noise = torch.randn_like(clean) * level
        adam.zero_grad()
        mse_loss(net(torch.cat([clean + noise, level.expand_as(clean)], 1)), -noise).backward()
        adam.step()
        with torch.no_grad():
            torch._foreach_lerp_(averaged, weights, 1 - share)
    return time.perf_counter() - began


def beside(what, left, right, more=("", "")):
    print(f"{name:8} {what:22} ours {left:7.2f} s{more[0]}   PyTorch {right:7.2f} s{more[1]}   {right / left:.2f}", flush=True)


for name in flags.nets.split(","):
    if name == "denoise":
        if not flags.pictures:
            parser.error("denoise needs --pictures FOLDER")
        samples, seconds = our_denoise()
        beside(f"{samples} patches", seconds, their_denoise(samples))
        continue
    if flags.until is None:
        (_, *left), (_, *right) = next(ours(name, 1)), next(theirs(name, 1))
        beside("an epoch", left[0], right[0])
        beside("10000 answered", left[1], right[1])
        continue
    seconds, epochs = [], []
    for side in (ours, theirs):
        runs = list(side(name, EPOCHS))
        reached = [index for index, (accuracy, *_) in enumerate(runs) if accuracy >= flags.until]
        if not reached:
            print(f"{name:8} {side.__name__}: {max(accuracy for accuracy, *_ in runs):.2f} % at best in {EPOCHS} epochs", flush=True)
            continue
        epochs.append(f" ({reached[0] + 1} epochs; {runs[-1][0]:.2f} % in the end)")
        seconds.append(sum(second for _, second, _ in runs[: reached[0] + 1]))
    if len(seconds) == 2:
        beside(f"to {flags.until} %", *seconds, epochs)
