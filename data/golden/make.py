#!/usr/bin/env python3
"""Answers of SciPy and OpenCV to the operators of `filters`, for the tests to compare with.

    pip install -r requirements.txt && python make.py        writes kernels.npz beside this file

kernels.npz holds `in/PICTURE` and `out/PICTURE/LABEL`, LABEL as in `filters bench --only`. Where both libraries can do an
operation, both are asked and must agree.

Conventions, ours on the left:

    border      scipy.ndimage mode   OpenCV border           numpy.pad mode
    clamp       nearest              BORDER_REPLICATE        edge
    reflect     reflect              BORDER_REFLECT          symmetric
    mirror      mirror               BORDER_REFLECT_101      reflect
    wrap        grid-wrap            BORDER_WRAP             wrap
    zero        constant             BORDER_CONSTANT         constant
    crop        the inner part of any of them

    correlation          correlate; filter2D (both without flipping)
    roberts, top left    origin=-1 for a 2x2 mask; anchor=(0, 0)
    median               median_filter on a padded picture; medianBlur (border clamp only)
    saturation           clip to 0 ... 255 or 65535 after exact integer arithmetic; 32-bit floats are not clipped
    magnitude            rint of the root: a root of a whole number is never half-way between two
    avg-pool, blur       floor(mean + 1/2) in whole numbers
    gaussian             gaussian_filter1d's weights with radius = size // 2, in float64; rounding may differ by 1
    convolve             correlate with the matrix, divided, rounded half up; an even matrix has its origin one to the left
    unsharp              a + amount · (a - gaussian), the Gaussian in float64 and not rounded
    gray                 (299 R + 587 G + 114 B + 500) // 1000 in whole numbers; OpenCV's differs by 1 (of 16 bits 2) at most
    bilateral            a disc of size // 2 around the pixel, weights in float64; cv2.bilateralFilter (border clamp) takes both bells
                         from tables in float32: rounding may differ by 1, floats by 1e-4 of the range
    erode, dilate        minimum_filter, maximum_filter on a padded picture; cv2.erode, cv2.dilate (odd sizes, border clamp)
"""
import pathlib
import sys

import cv2
import numpy as np
import scipy
from scipy import ndimage

import pools

PINNED = dict(line.split("==") for line in (pathlib.Path(__file__).parent / "requirements.txt").read_text().split())
FOUND = {"numpy": np.__version__, "scipy": scipy.__version__, "opencv-python-headless": cv2.__version__}
for name, found in FOUND.items():
    if not PINNED[name].startswith(found):
        sys.exit(f"{name} is {found}, {PINNED[name]} is needed: pip install -r requirements.txt")

PAD = {"clamp": "edge", "reflect": "symmetric", "mirror": "reflect", "wrap": "wrap", "zero": "constant", "crop": None}
SCIPY = {"clamp": "nearest", "reflect": "reflect", "mirror": "mirror", "wrap": "grid-wrap", "zero": "constant"}
OPENCV = {"clamp": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT, "mirror": cv2.BORDER_REFLECT_101,
          "zero": cv2.BORDER_CONSTANT}
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]), np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
PREWITT = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]), np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
SCHARR = np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]), np.array([[-3, -10, -3], [0, 0, 0], [3, 10, 3]])
LAPLACIAN = {"4": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]), "8": np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]])}
MATRICES = ["-2 -1 0; -1 1 1; 0 1 2", "1 2 1; 2 4 2; 1 2 1", "1 -1", "0 1 2 1 0; 1 -3 0 3 -1; 0 -1 -2 -1 0"]
ROBERTS = np.array([[1, 0], [0, -1]]), np.array([[0, 1], [-1, 0]])

WIDE = ("sharpen", "roberts", "sobel", "scharr", "gaussian", "median")


def pictures():
    r = np.random.RandomState(0)

    def made(h, w, c, most, dtype):
        y, x = np.mgrid[:h, :w]
        unit = np.stack([(np.hypot(y - h / 2, x - w / 3 - 3 * k) < h / 3) * .6 + x / w * .3 for k in range(c)], -1)
        unit = np.clip(unit + r.uniform(-.2, .2, unit.shape), 0, 1)
        unit[r.uniform(size=unit.shape) < .06] = 0
        unit[r.uniform(size=unit.shape) < .06] = 1
        return np.rint(unit * most).astype(dtype) if most else (unit * 3 - 1).astype(dtype)

    sizes = {"grey": (37, 53, 1), "rgb": (24, 31, 3), "two": (11, 12, 2), "dot": (1, 1, 1), "row": (1, 9, 1),
             "column": (9, 1, 1), "few": (2, 3, 1)}
    out = {f"{name}_u8": made(*size, 255, np.uint8) for name, size in sizes.items()}
    # Rows of several chunks and stretches: a chosen list of operators only.
    out["wide_u8"] = made(20, 620, 1, 255, np.uint8)
    out["rgb_u16"] = made(19, 23, 3, 65535, np.uint16)
    out["grey_f32"], out["rgb_f32"] = made(18, 25, 1, None, np.float32), made(13, 16, 3, None, np.float32)
    return out


def exact(picture):
    return picture.astype(np.float64 if picture.dtype == np.float32 else np.int64)


def correlate(picture, mask, border):
    """The response before it is stored; a 2x2 mask is anchored at its top left."""
    even = mask.shape[0] % 2 == 0
    answer = ndimage.correlate(exact(picture), mask[:, :, None], mode=SCIPY.get(border, "nearest"), origin=(-1, -1, 0) if even else 0)
    if border in OPENCV and picture.dtype != np.uint16:
        other = cv2.filter2D(picture, cv2.CV_16S if picture.dtype == np.uint8 else cv2.CV_32F, mask.astype(np.float32),
                             anchor=(0, 0) if even else (-1, -1), borderType=OPENCV[border])
        np.testing.assert_allclose(other.reshape(answer.shape), answer, rtol=1e-5, atol=1e-5)
    if border == "crop":
        answer = answer[:-1, :-1] if even else answer[1:-1, 1:-1]
    return answer


def store(response, picture, signed):
    whole = picture.dtype != np.float32
    half = {"uint8": 128, "uint16": 32768, "float32": .5}[str(picture.dtype)]
    response = {"absolute": np.abs(response), "offset": response + half, "clamp": response}[signed]
    return np.clip(np.rint(response), 0, np.iinfo(picture.dtype).max).astype(picture.dtype) if whole else response.astype(np.float32)


def edges(picture, masks, border="clamp", direction="both", combine="sum", signed="absolute"):
    a, b = (correlate(picture, mask, border) for mask in masks)
    both = {"sum": lambda: np.abs(a) + np.abs(b), "magnitude": lambda: np.sqrt((a * a + b * b).astype(np.float64)),
            "max": lambda: np.maximum(np.abs(a), np.abs(b)), "signed": lambda: a + b}
    return store({"x": lambda: a, "y": lambda: b, "both": both[combine]}[direction](), picture, signed)


def median(picture, size=3, border="clamp"):
    size, r = int(size), int(size) // 2
    padded = picture if border == "crop" else np.pad(picture, ((r, r), (r, r), (0, 0)), PAD[border])
    answer = ndimage.median_filter(padded, size=(size, size, 1))
    answer = answer[r:answer.shape[0] - r, r:answer.shape[1] - r]
    if border == "clamp" and size > 1 and (size <= 5 or picture.dtype == np.uint8):
        other = np.stack([cv2.medianBlur(np.ascontiguousarray(picture[..., c]), size) for c in range(picture.shape[2])], -1)
        np.testing.assert_array_equal(other, answer)
    return answer


def pool(picture, kind, size=2, stride=None):
    size, stride = int(size), int(stride or size)
    windows = np.lib.stride_tricks.sliding_window_view(exact(picture), (size, size), (0, 1))[::stride, ::stride]
    if kind == "max-pool":
        return windows.max((-1, -2)).astype(picture.dtype)
    total, n = windows.sum((-1, -2)), size * size
    return (total / n).astype(np.float32) if picture.dtype == np.float32 else ((total + n // 2) // n).astype(picture.dtype)


def half_up(response, picture):
    if picture.dtype == np.float32:
        return response.astype(np.float32)
    return np.clip(np.floor(response + .5), 0, np.iinfo(picture.dtype).max).astype(picture.dtype)


def padded(picture, size, border):
    """With so many pixels around it that every window lies inside; none if only whole windows count."""
    before, after = size // 2, size - 1 - size // 2
    return picture if border == "crop" else np.pad(picture, ((before, after), (before, after), (0, 0)), PAD[border])


def windows(picture, height, width):
    return np.lib.stride_tricks.sliding_window_view(picture, (height, width), (0, 1))


def blur(picture, size=3, border="clamp"):
    size = int(size)
    total, n = windows(padded(exact(picture), size, border), size, size).sum((-1, -2)), size * size
    return (total / n).astype(np.float32) if picture.dtype == np.float32 else ((2 * total + n) // (2 * n)).astype(picture.dtype)


def extreme(picture, name, size=3, border="clamp"):
    size = int(size)
    every = windows(padded(picture, size, border), size, size)
    answer = every.min((-1, -2)) if name == "erode" else every.max((-1, -2))
    if border == "clamp" and size % 2:
        other = (cv2.erode if name == "erode" else cv2.dilate)(picture, np.ones((size, size)), borderType=cv2.BORDER_REPLICATE)
        np.testing.assert_array_equal(other.reshape(answer.shape), answer)
    return answer


def unsharp(picture, amount=1, sigma=1, border="clamp"):
    smooth = ndimage.gaussian_filter(exact(picture).astype(float), float(sigma), mode=SCIPY[border], axes=(0, 1),
                                     radius=int(np.ceil(3 * float(sigma))))
    return half_up(picture + float(amount) * (picture - smooth), picture)


def gray(picture):
    weights, other = np.array([299, 587, 114]), cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if picture.dtype == np.float32:
        answer = (picture.astype(float) @ (weights / 1000)).astype(np.float32)
    else:
        answer = ((exact(picture) @ weights + 500) // 1000).astype(picture.dtype)
    np.testing.assert_allclose(other, answer, atol={"uint8": 1, "uint16": 2, "float32": 1e-6}[str(picture.dtype)])
    return answer[:, :, None]


def gaussian(picture, sigma=1, size=None, border="clamp"):
    sigma = float(sigma)
    size = int(size or 2 * np.ceil(3 * sigma) + 1)
    if border == "crop":
        weights = ndimage.gaussian_filter1d(np.eye(size)[size // 2], sigma, radius=size // 2, mode="constant")
        return half_up((windows(exact(picture).astype(float), size, size) * np.outer(weights, weights)).sum((-1, -2)), picture)
    return half_up(ndimage.gaussian_filter(exact(picture).astype(float), sigma, radius=size // 2, mode=SCIPY[border], axes=(0, 1)), picture)


def bilateral(picture, sigma=1, range=.1, size=None, border="clamp"):
    sigma, width = float(sigma), float(range)
    radius = int(size) // 2 if size else max(1, int(sigma * 1.5 + .5))
    full = {"uint8": 255, "uint16": 65535, "float32": 1}[str(picture.dtype)]
    every = windows(padded(exact(picture).astype(float), 2 * radius + 1, border), 2 * radius + 1, 2 * radius + 1)
    dy, dx = np.mgrid[-radius:radius + 1, -radius:radius + 1]
    near = np.exp(-(dy**2 + dx**2) / (2 * sigma**2)) * (dy**2 + dx**2 <= radius**2)
    weights = near * np.exp(-((every - every[..., radius:radius + 1, radius:radius + 1]) / full)**2 / (2 * width**2))
    answer = half_up((weights * every).sum((-1, -2)) / weights.sum((-1, -2)), picture)
    if border == "clamp" and picture.dtype != np.uint16 and radius:
        other = np.stack([cv2.bilateralFilter(np.ascontiguousarray(picture[..., c]), 2 * radius + 1, width * full, sigma,
                                              borderType=cv2.BORDER_REPLICATE) for c in np.arange(picture.shape[2])], -1)
        np.testing.assert_allclose(other, answer, rtol=0, atol=1 if picture.dtype == np.uint8 else 1e-4 * np.ptp(picture))
    return answer


def convolve(picture, kernel="0 -1 0; -1 5 -1; 0 -1 0", divisor=1, offset=0, border="clamp"):
    matrix = np.array([[float(n) for n in row.split()] for row in kernel.split(";")])
    if border == "crop":
        response = (windows(exact(picture).astype(float), *matrix.shape) * matrix).sum((-1, -2))
    else:
        response = ndimage.correlate(exact(picture).astype(float), matrix[:, :, None], mode=SCIPY[border])
    full = {"uint8": 255, "uint16": 65535, "float32": 1}[str(picture.dtype)]
    return half_up(response / float(divisor) + float(offset) * full, picture)


def labels(name):
    borders = [{"border": b} for b in PAD]
    if name == "sharpen":
        return borders + [{"signed": s} for s in ("absolute", "offset")]
    if name == "laplacian":
        return borders + [{"neighbours": n, "signed": s} for n in "48" for s in ("absolute", "offset", "clamp")]
    if name in ("blur", "erode", "dilate"):
        return [{"size": str(s)} for s in (1, 2, 3, 4, 5, 9)] + [{"size": "5", **b} for b in borders]
    if name == "unsharp":
        return borders[:-1] + [{"amount": "2", "sigma": "3"}, {"amount": "0.5", "sigma": "0.7"}]
    if name == "gray":
        return []
    if name == "gaussian":
        return borders + [{"sigma": "0.5"}, {"sigma": "2"}, {"sigma": "1.5", "size": "5"}]
    if name == "bilateral":
        return borders + [{"sigma": "2", "range": "0.3"}, {"sigma": "1.5", "size": "9"}, {"range": "0.02"}, {"size": "1"}]
    if name == "convolve":
        return borders + [{"kernel": k} for k in MATRICES] + [{"kernel": MATRICES[1], "divisor": "16"},
                                                             {"kernel": MATRICES[0], "offset": "0.25"}]
    if name in ("sobel", "roberts", "prewitt", "scharr"):
        signs = ("absolute", "offset", "clamp")
        return (borders + [{"combine": c, "signed": s} for c in ("sum", "magnitude", "max", "signed") for s in signs]
                + [{"direction": d, "signed": s} for d in "xy" for s in signs])
    if name == "median":
        return [{"size": str(s)} for s in (1, 3, 5, 7, 9, 11, 15, 17, 25, 31, 33)] + [{"size": "5", **b} for b in borders]
    return [{"size": str(s)} for s in (2, 3, 5, 8)] + [{"size": "3", "stride": s} for s in "12"]


def window(name, given):
    if name == "gaussian" and "size" not in given:
        return int(2 * np.ceil(3 * float(given.get("sigma", 1))) + 1)
    if name == "bilateral" and "size" not in given:
        return 2 * max(1, int(float(given.get("sigma", 1)) * 1.5 + .5)) + 1
    return int(given.get("size", {"roberts": 2, "max-pool": 2, "avg-pool": 2}.get(name, 3)))


out = {}
for title, picture in pictures().items():
    out[f"in/{title}"] = picture
    for name in ("sharpen", "roberts", "sobel", "prewitt", "scharr", "laplacian", "blur", "gaussian", "convolve", "median",
                 "bilateral", "erode", "dilate", "max-pool", "avg-pool", "unsharp", "gray"):
        if (name == "gray") > (picture.shape[2] == 3):
            continue
        for given in [{}] + labels(name):
            if (given.get("border") == "crop" or name.endswith("pool")) and min(picture.shape[:2]) < window(name, given):
                continue
            if title.startswith("wide") and (name not in WIDE or not given.keys() <= {"size", "sigma", "combine", "signed"}):
                continue
            label = name + (":" + ",".join(f"{k}={v}" for k, v in given.items()) if given else "")
            if name == "sharpen":
                answer = store(correlate(picture, SHARPEN, given.get("border", "clamp")), picture, given.get("signed", "clamp"))
            elif name == "laplacian":
                answer = correlate(picture, LAPLACIAN[given.get("neighbours", "4")], given.get("border", "clamp"))
                answer = store(answer, picture, given.get("signed", "absolute"))
            elif name in ("blur", "gaussian", "bilateral", "convolve", "unsharp", "gray"):
                function = {"blur": blur, "gaussian": gaussian, "bilateral": bilateral, "convolve": convolve, "unsharp": unsharp, "gray": gray}[name]
                answer = function(picture, **given)
            elif name in ("erode", "dilate"):
                answer = extreme(picture, name, **given)
            elif name == "median":
                answer = median(picture, **given)
            elif name.endswith("pool"):
                answer = pool(picture, name, **given)
            else:
                masks = {"sobel": SOBEL, "prewitt": PREWITT, "scharr": SCHARR, "roberts": ROBERTS}[name]
                answer = edges(picture, masks, **given)
            out[f"out/{title}/{label}"] = answer
    for name, asked in pools.LABELS.items() if not title.startswith("wide") else []:
        for given in asked:
            answer = pools.answer(name, picture, given)
            if answer is not None:
                out[f"out/{title}/{name}" + (":" + ",".join(f"{k}={v}" for k, v in given.items()) if given else "")] = answer
np.savez_compressed(pathlib.Path(__file__).parent / "kernels.npz", **out)
print(len(out), "arrays")
