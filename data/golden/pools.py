"""Ranks, reliefs and poolings for make.py: `answer(name, picture, given)`, and the labels they are asked for."""
import numpy as np
from scipy import ndimage, signal

PAD = {"clamp": "edge", "reflect": "symmetric", "mirror": "reflect", "wrap": "wrap", "zero": "constant", "crop": None}
SCIPY = {"clamp": "nearest", "reflect": "reflect", "mirror": "mirror", "wrap": "grid-wrap", "zero": "constant"}
FULL = {"uint8": 255, "uint16": 65535, "float32": 1}
SIZES = [{"size": str(s)} for s in (2, 3, 5)] + [{"size": "3", "stride": s} for s in "12"]
BORDERS = [{"border": b} for b in PAD]
LABELS = {
    "rank": [{"percent": p, "size": s} for p in ("0", "25", "60", "100") for s in "345"] + [{"percent": "30", **b} for b in BORDERS]
    + [{}, {"size": "2"}, {"size": "9", "percent": "75"}],
    "emboss": BORDERS + [{"azimuth": a, "method": m} for a in ("0", "30", "90", "200", "315") for m in ("shadow", "light")]
    + [{"method": "light", "elevation": "10", "depth": "3", **b} for b in BORDERS] + [{"depth": "0.5"}]
    + [{"azimuth": a} for a in ("22.5", "337.5")],
    "min-pool": SIZES, "median-pool": SIZES, "mixed-pool": SIZES + [{"lambda": "0.25", "size": "3"}],
    "lp-pool": SIZES + [{"p": p, "size": "3"} for p in ("1", "3", "0.5", "10")],
    "stochastic-pool": [{"form": "test", **s} for s in SIZES], "rank-pool": SIZES + [{"top": t, "size": "3"} for t in ("1", "4", "20")],
    "ordinal-pool": SIZES + [{"weights": "4 -1 0 2"}, {"weights": "0 0 0 1"}],
    "weighted-pool": [{}, {"stride": "1"}, {"kernel": "1 2; 3 5"}, {"kernel": "3 -1", "stride": "2"}],
    "soft-pool": SIZES + [{"sharpness": s, "size": "3"} for s in ("0", "5", "100")],
    "spectral-pool": [{"size": s} for s in "1235"], "adaptive-pool": [{}, {"height": "3", "width": "5", "reduce": "mean"}, {"reduce": "mean"}],
    "global-pool": [{}, {"reduce": "mean"}], "roi-pool": [{"bins": "3"}, {"bins": "2", "reduce": "mean"}, {}]
    + [{"x": "3", "y": "2", "width": "5", "height": "7", **b} for b in ({}, {"bins": "4", "reduce": "mean"})],
    "pyramid-pool": [{}, {"levels": "3 2", "reduce": "mean"}], "pixel-pyramid-pool": [{}, {"sizes": "4 5", "reduce": "mean", "border": "mirror"}]
    + [{"sizes": "2 5", "border": b} for b in ("reflect", "wrap", "zero")],
    "edge-pyramid-pool": [{}, {"threshold": "0.4"}, {"sizes": "7 2 4", "threshold": "0.3"}],
}


def answer(name, picture, given):
    """None where there is nothing to pool."""
    exact = picture.astype(np.float64 if picture.dtype == np.float32 else np.int64)
    full = FULL[str(picture.dtype)]

    def store(response):
        if picture.dtype == np.float32:
            return response.astype(np.float32)
        return np.clip(np.floor(response + .5), 0, full).astype(picture.dtype)

    def around(size, border, function):
        before, after = size // 2, size - 1 - size // 2
        padded = exact if border == "crop" else np.pad(exact, ((before, after), (before, after), (0, 0)), PAD[border])
        if min(padded.shape[:2]) < size:
            return None
        return function(np.lib.stride_tricks.sliding_window_view(padded, (size, size), (0, 1)).reshape(
            padded.shape[0] - size + 1, padded.shape[1] - size + 1, -1, size * size))

    def bins(rows, columns, source=exact):
        reduce = np.mean if given.get("reduce") == "mean" else np.max
        parts = lambda n, k: [(i * n // k, -(-(i + 1) * n // k)) for i in range(k)]
        return np.array([[reduce(source[a:b, c:d], (0, 1)) for c, d in parts(source.shape[1], columns)] for a, b in parts(source.shape[0], rows)])

    if name == "rank":
        size, share = int(given.get("size", 3)), float(given["percent"]) / 100 if "percent" in given else .5
        index = int(np.floor(share * (size * size - 1) + .5))
        found = around(size, given.get("border", "clamp"), lambda w: np.partition(w, index, -1)[..., index])
        if given.get("border") != "crop":
            other = ndimage.rank_filter(exact, index, size=(size, size, 1), mode=SCIPY[given.get("border", "clamp")])
            np.testing.assert_array_equal(other, found)
        return None if found is None else found.astype(picture.dtype)
    if name == "emboss":
        azimuth, depth, border = float(given.get("azimuth", 135)), float(given.get("depth", 1)), given.get("border", "clamp")
        if min(picture.shape[:2]) < 3 and border == "crop":
            return None
        correlate = lambda m: ndimage.correlate(exact.astype(float), np.array(m, float)[:, :, None], mode=SCIPY.get(border, "nearest"))
        cut = (lambda r: r[1:-1, 1:-1]) if border == "crop" else (lambda r: r)
        if given.get("method") == "light":
            a, e = np.radians(azimuth), np.radians(float(given.get("elevation", 45)))
            nx, ny = depth * correlate([[1, 0, -1]] * 3), depth * correlate([[-1] * 3, [0] * 3, [1] * 3])
            length = np.sqrt(nx * nx + ny * ny + 36. * full * full)
            light = (nx * np.cos(a) * np.cos(e) + ny * np.sin(a) * np.cos(e) + 6 * full * np.sin(e)) / length
            return store(cut(full * np.maximum(light, 0)))
        ring = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
        turns = int(np.floor(azimuth / 45 + .5)) % 8
        mask = np.zeros((3, 3))
        for k, weight in enumerate([-2, -1, 0, 1, 2, 1, 0, -1]):
            dy, dx = ring[(k + turns) % 8]
            mask[1 + dy, 1 + dx] = weight
        return store(cut(depth * correlate(mask) + full / 2))
    if name == "spectral-pool":
        size = int(given.get("size", 2))
        rows, columns = picture.shape[0] // size, picture.shape[1] // size
        if not rows or not columns:
            return None
        low = signal.resample(exact[:rows * size, :columns * size].astype(float), rows, axis=0)
        return store(signal.resample(low, columns, axis=1))
    if name == "adaptive-pool":
        return store(bins(int(given.get("height", 7)), int(given.get("width", 7))))
    if name == "global-pool":
        return store(bins(1, 1))
    if name == "roi-pool":
        y, x, n = int(given.get("y", 0)), int(given.get("x", 0)), int(given.get("bins", 7))
        bottom, right = y + int(given.get("height", picture.shape[0] - y)), x + int(given.get("width", picture.shape[1] - x))
        return store(bins(n, n, exact[y:bottom, x:right])) if bottom <= picture.shape[0] and right <= picture.shape[1] else None
    if name == "pyramid-pool":
        levels = [int(n) for n in given.get("levels", "1 2 4").split()]
        index = {n: np.arange(max(levels)) * n // max(levels) for n in levels}
        return store(np.concatenate([bins(n, n)[index[n]][:, index[n]] for n in levels], 1))
    if name == "pixel-pyramid-pool":
        reduce = (lambda w: w.mean(-1)) if given.get("reduce") == "mean" else (lambda w: w.max(-1))
        sizes = [int(n) for n in given.get("sizes", "1 3 9").split()]
        return store(np.concatenate([around(n, given.get("border", "clamp"), reduce) for n in sizes], 1))
    if name == "edge-pyramid-pool":
        sizes, limit = sorted(int(n) for n in given.get("sizes", "1 3 5 9").split()), float(given.get("threshold", .1)) * full
        # ndimage.sobel would smooth across the channels too.
        slope, smooth = [-1, 0, 1], [1, 2, 1]
        gx, gy = (ndimage.correlate1d(ndimage.correlate1d(exact, slope, a, mode="nearest"), smooth, 1 - a, mode="nearest") for a in (1, 0))
        edge, chosen = np.maximum(np.abs(gx), np.abs(gy)) / 4, None
        for size in sizes:
            mean = around(size, "clamp", lambda w: w.mean(-1))
            strongest = ndimage.maximum_filter(edge, (size, size, 1), mode="nearest")
            chosen = mean if chosen is None else np.where(strongest <= limit, mean, chosen)
        return store(chosen)
    # Windows that go over the picture.
    kernel = np.array([[float(n) for n in row.split()] for row in given.get("kernel", "1 2 1; 2 4 2; 1 2 1").split(";")])
    rows, columns = kernel.shape if name == "weighted-pool" else (int(given.get("size", 2)),) * 2
    stride = int(given.get("stride", max(rows, columns)))
    if picture.shape[0] < rows or picture.shape[1] < columns:
        return None
    w = np.lib.stride_tricks.sliding_window_view(exact, (rows, columns), (0, 1))[::stride, ::stride]
    w = w.reshape(*w.shape[:3], -1)
    n, falling = rows * columns, np.sort(w, -1)[..., ::-1]
    if name == "ordinal-pool":
        weights = np.array(given["weights"].split(), float) if "weights" in given else np.arange(n, 0, -1.)
        return store(falling @ weights / weights.sum())
    if name == "lp-pool":
        p = float(given.get("p", 2))
        return store((np.abs(w.astype(np.float64)) ** p).mean(-1) ** (1 / p))
    if name == "stochastic-pool":
        b = np.maximum(w, 0).astype(np.float64)
        total = b.sum(-1)
        return store(np.where(total > 0, (b * b).sum(-1) / np.where(total > 0, total, 1), 0))
    if name == "soft-pool":
        weight = np.exp(float(given.get("sharpness", 1)) * (w - w.max(-1, keepdims=True)) / full)
        return store((weight * w).sum(-1) / weight.sum(-1))
    share = float(given.get("lambda", .5))
    return store({"min-pool": lambda: falling[..., -1], "median-pool": lambda: np.median(w, -1),
                  "mixed-pool": lambda: share * w.max(-1) + (1 - share) * w.mean(-1),
                  "rank-pool": lambda: falling[..., :int(given.get("top", 2))].mean(-1),
                  "weighted-pool": lambda: w @ kernel.ravel() / kernel.sum()}[name]())
