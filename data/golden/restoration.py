#!/usr/bin/env python3
"""Structural similarity by scikit-image, and pictures of half and twice the size, for the tests to compare with.

    pip install -r requirements.txt && python restoration.py        writes restoration.npz beside this file

restoration.npz holds
    similar/NAME/a, b, value    two 8-bit pictures and scikit-image's structural_similarity with its defaults
    size/NAME/in                a picture of floats, 0 ... 1
    size/NAME/half, double      what MATLAB's imresize(in, 0.5) and imresize(in, 2) give: bicubic, antialiased
    size/NAME/pillow_half, pillow_double    the same of Pillow's BICUBIC, where both sides are even

MATLAB itself is not asked: `imresize` below follows its documentation and its source, imresize.m, function contributions, with
weights in float64 for any scale. Both take a = -1/2. They differ at the edges: MATLAB mirrors the picture (cba|abcd|dcb), Pillow leaves
out what lies beyond it and lets the other weights grow. So all but the outermost pixels must agree, which is checked here.
"""
import pathlib
import sys

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.metrics import structural_similarity

HERE = pathlib.Path(__file__).parent
PINNED = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().split())
for name, found in {"numpy": np.__version__, "scikit-image": skimage.__version__, "pillow": PIL.__version__}.items():
    if PINNED[name] != found:
        sys.exit(f"{name} is {found}, {PINNED[name]} is needed: pip install -r requirements.txt")


def cubic(x):
    x = np.abs(x)
    return np.where(x <= 1, 1.5 * x**3 - 2.5 * x**2 + 1, np.where(x <= 2, -.5 * x**3 + 2.5 * x**2 - 4 * x + 2, 0))


def contributions(old, scale):
    """Weights and indices along an axis, as in imresize.m."""
    new = int(np.ceil(old * scale))
    kernel = (lambda x: scale * cubic(scale * x)) if scale < 1 else cubic
    width = 4 / scale if scale < 1 else 4
    u = np.arange(1, new + 1) / scale + .5 * (1 - 1 / scale)
    left = np.floor(u - width / 2)
    indices = left[:, None] + np.arange(int(np.ceil(width)) + 2)
    weights = kernel(u[:, None] - indices)
    weights /= weights.sum(1, keepdims=True)
    mirrored = np.concatenate([np.arange(old), np.arange(old)[::-1]])
    return weights, mirrored[np.mod(indices.astype(int) - 1, 2 * old)]


def imresize(picture, scale):
    for axis in (0, 1):
        weights, indices = contributions(picture.shape[axis], scale)
        lines = np.moveaxis(picture, axis, 0)[indices]
        picture = np.moveaxis((weights[(...,) + (None,) * (picture.ndim - 1)] * lines).sum(1), 0, axis)
    return picture


def pillow(picture, scale):
    height, width = (int(side * scale) for side in picture.shape)
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))


r, out = np.random.RandomState(0), {}


def made(height, width):
    """A disc and a slope with noise."""
    y, x = np.mgrid[:height, :width]
    disc = np.hypot(y - height / 2, x - width / 3) < height / 3
    return np.clip(.5 * disc + .4 * x / width + r.uniform(-.1, .1, (height, width)), 0, 1)


for name, (height, width), sigma in [("small", (7, 7), 20), ("wide", (7, 30), 5), ("middle", (31, 24), 25), ("large", (64, 75), 50),
                                     ("equal", (20, 20), 0), ("far", (33, 40), 1000)]:
    a = np.rint(255 * made(height, width)).astype(np.uint8)
    b = np.clip(np.rint(a + r.normal(0, sigma, a.shape)), 0, 255).astype(np.uint8)
    out |= {f"similar/{name}/a": a, f"similar/{name}/b": b,
            f"similar/{name}/value": np.array([structural_similarity(a, b, data_range=255)])}
for name, (height, width) in {"even": (26, 34), "odd": (17, 23), "dot": (1, 1), "row": (1, 9), "column": (6, 1), "few": (2, 3)}.items():
    picture = made(height, width).astype(np.float32)
    out |= {f"size/{name}/in": picture, f"size/{name}/half": imresize(picture.astype(float), .5),
            f"size/{name}/double": imresize(picture.astype(float), 2)}
    if name == "even":
        for of, scale, rim in [("half", .5, 2), ("double", 2, 4)]:
            other = out[f"size/{name}/pillow_{of}"] = pillow(picture, scale)
            inner = (slice(rim, -rim),) * 2
            np.testing.assert_allclose(other[inner], out[f"size/{name}/{of}"][inner], atol=1e-6)
np.savez_compressed(HERE / "restoration.npz", **out)
print(len(out), "arrays")
