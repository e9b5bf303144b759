#!/usr/bin/env python3
"""The article's training loop in NumPy, for the tests to compare with.

    python replay.py        writes replay_code.npz and replay_formula.npz beside this file (some minutes)

64-bit weights from RandomState(0), 32-bit pixels, three epochs, learning rate 0.2. `init_*`: the weights it began with; `w_i_h`, `b_i_h`,
`w_h_o`, `b_h_o`: those it ended with; `hits`: correct answers an epoch, counted before each update; `test_hits` after each epoch.
"""
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
data = np.load(here.parent / "mnist.npz")
images = data["x_train"].astype("float32").reshape(-1, 784, 1) / 255
tests = data["x_test"].astype("float32").reshape(-1, 784) / 255
labels = np.eye(10)[data["y_train"]][:, :, None]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


for rule in ("code", "formula"):
    random = np.random.RandomState(0)
    w_i_h, w_h_o = random.uniform(-.5, .5, (20, 784)), random.uniform(-.5, .5, (10, 20))
    b_i_h, b_h_o = np.zeros((20, 1)), np.zeros((10, 1))
    init = {"init_w_i_h": w_i_h.copy(), "init_w_h_o": w_h_o.copy(), "init_b_i_h": b_i_h.copy(), "init_b_h_o": b_h_o.copy()}
    hits, test_hits = [], []
    for epoch in range(3):
        correct = 0
        for x, l in zip(images, labels):
            h = sigmoid(b_i_h + w_i_h @ x)
            o = sigmoid(b_h_o + w_h_o @ h)
            correct += int(o.argmax() == l.argmax())
            delta_o = (2 / 10) * (o - l) * (o * (1 - o) if rule == "formula" else 1)
            back = w_h_o.T @ delta_o
            w_h_o += -.2 * delta_o @ h.T
            b_h_o += -.2 * delta_o
            delta_h = (w_h_o.T @ delta_o if rule == "code" else back) * (h * (1 - h))
            w_i_h += -.2 * delta_h @ x.T
            b_i_h += -.2 * delta_h
        hidden = sigmoid(tests @ w_i_h.T + b_i_h.T)
        answers = sigmoid(hidden @ w_h_o.T + b_h_o.T).argmax(1)
        hits.append(correct)
        test_hits.append((answers == data["y_test"]).sum())
        print(rule, epoch + 1, hits[-1], test_hits[-1], flush=True)
    np.savez(here / f"replay_{rule}.npz", **init, w_i_h=w_i_h, w_h_o=w_h_o, b_i_h=b_i_h, b_h_o=b_h_o,
             hits=np.array(hits), test_hits=np.array(test_hits))
