#!/usr/bin/env python3
"""scikit-learn's measures of scores and of outputs, for crates/dnn/src/confidence to give.

    pip install -r requirements.txt && python confidence.py       writes confidence.npz beside this file

`CASE/familiar` and `CASE/foreign` are scores; `CASE/auroc` and `CASE/fpr95` the area under their ROC curve and the first share of foreign scores at which 95 %
of the familiar ones pass. `CASE/output` and `CASE/right` are largest outputs and whether they are right; `CASE/ece` the expected calibration error in 15 bins:
scikit-learn's calibration curve, each of its points weighed by the answers in its bin.
"""
import pathlib
import sys

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score, roc_curve

PINNED = dict(line.split("==") for line in (pathlib.Path(__file__).parent / "requirements.txt").read_text().split())
for name, found in {"numpy": np.__version__, "scikit-learn": sklearn.__version__}.items():
    if found != PINNED[name]:
        sys.exit(f"{name} is {found}, {PINNED[name]} is needed: pip install -r requirements.txt")

BINS = 15
out = {}


def scores(name, familiar, foreign):
    is_familiar = np.r_[np.ones(len(familiar)), np.zeros(len(foreign))]
    both = np.r_[familiar, foreign]
    fpr, tpr, _ = roc_curve(is_familiar, both, drop_intermediate=False)
    out.update({f"{name}/familiar": familiar, f"{name}/foreign": foreign, f"{name}/auroc": np.array([roc_auc_score(is_familiar, both)]),
                f"{name}/fpr95": np.array([fpr[np.argmax(tpr >= 0.95)]])})


def outputs(name, output, right):
    true, said = calibration_curve(right, output, n_bins=BINS, strategy="uniform")
    edges = np.linspace(0, 1, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], output), minlength=BINS)
    ece = (counts[counts > 0] / len(output) * np.abs(true - said)).sum()
    out.update({f"{name}/output": output, f"{name}/right": right.astype(np.uint8), f"{name}/ece": np.array([ece])})


def main():
    random = np.random.RandomState(0)
    scores("apart", random.normal(1.5, 1, 300), random.normal(0, 1, 200))
    scores("mixed", random.normal(0, 1, 57), random.normal(0, 1, 401))
    # Many ties: whole numbers.
    scores("ties", random.randint(3, 12, 400).astype(float), random.randint(0, 8, 150).astype(float))
    scores("one", np.array([0.5]), np.array([0.5, 0.25]))
    sure = random.uniform(0.1, 1, 1000) ** 0.5
    outputs("too_sure", sure, random.uniform(size=1000) < sure ** 3)
    # On the borders of the bins, and at both ends.
    border = np.repeat(np.arange(BINS + 1) / BINS, 20)
    outputs("borders", border, random.uniform(size=len(border)) < border)
    np.savez_compressed(pathlib.Path(__file__).parent / "confidence.npz", **out)


main()
