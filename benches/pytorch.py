#!/usr/bin/env python3
"""An epoch of the presets beside PyTorch: the same layers, batch, optimiser and threads, in one run.

    python benches/pytorch.py target/release/dnn data/mnist.npz [THREADS]

Prints seconds of training an epoch on both sides and PyTorch / ours. Needs numpy and torch in the versions of data/golden/requirements.txt.
"""
import json, os, subprocess, sys, tempfile, time
import numpy as np, torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

dnn, path = sys.argv[1:3]
threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
torch.set_num_threads(threads)
data = np.load(path)
pictures = torch.tensor(data["x_train"][:, None] / np.float32(255))
labels = torch.tensor(data["y_train"].astype("int64"))
NETS = {
    "mlp": (128, [Flatten(), Linear(784, 512), ReLU(), Linear(512, 512), ReLU(), Linear(512, 10)]),
    "lenet5": (64, [Conv2d(1, 6, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2), Flatten(),
                    Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10)]),
    "cnn": (128, [Conv2d(1, 32, 3), ReLU(), MaxPool2d(2), Conv2d(32, 64, 3), ReLU(), MaxPool2d(2), Flatten(),
                  Linear(1600, 128), ReLU(), Linear(128, 10)]),
}
for name, (batch, layers) in NETS.items():
    model = os.path.join(tempfile.mkdtemp(), "model.npz")
    flags = ["--data", path, "--epochs", "1", "--threads", str(threads), "--json", "--model", model]
    lines = subprocess.run([dnn, "train", "--preset", name, *flags], check=True, capture_output=True, text=True).stdout
    ours = json.loads(lines.splitlines()[1])["seconds"]
    net = Sequential(*layers)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    began = time.perf_counter()
    for chosen in torch.randperm(len(labels)).split(batch):
        adam.zero_grad()
        cross_entropy(net(pictures[chosen]), labels[chosen]).backward()
        adam.step()
    theirs = time.perf_counter() - began
    print(f"{name:8} ours {ours:6.2f} s   PyTorch {theirs:6.2f} s   {theirs / ours:.2f}", flush=True)
