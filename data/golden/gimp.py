"""Makes gimp.npz: what GEGL's gegl:convolution-matrix, which is GIMP's Convolution Matrix, makes of small pictures.

    python gimp.py            # needs the command gegl (0.4.42, Debian package gegl) and requirements.txt

An array in/PICTURE for each picture, out/PICTURE/LABEL for each answer, the label as `filters chain` would have it. `ours` below says in NumPy
what the operation does; the script stops if it is ever more than 1 of 255 from what gegl says, so that goldens and definition agree.
"""
import pathlib, subprocess, sys, tempfile
import cv2
import numpy as np

FOLDER = pathlib.Path(tempfile.mkdtemp())
BORDERS = {"clamp": "clamp", "wrap": "loop", "zero": "none", "black": "black", "white": "white"}
KERNELS = {"sharpen": "0 -1 0; -1 5 -1; 0 -1 0", "zero sum": "-1 0 1; -2 0 2; -1 0 1", "negative": "0 -1 0; -1 1 -1; 0 -1 0",
           "five": "0 0 1 0 0; 0 1 2 1 0; 1 2 -4 2 1; 0 1 2 1 0; 0 0 1 0 0", "corner": "1 0 0 0 0; 0 0 0 0 0; 0 0 1 0 0; 0 0 0 0 0; 0 0 0 0 0",
           "lopsided": "0 0 0; 0 1 2; 0 0 1", "blur": "1 1 1; 1 1 1; 1 1 1", "identity": "0 0 0; 0 1 0; 0 0 0"}
# Their sum is 0 in 32-bit floats added row by row, as gegl does it, and not in 64-bit ones; nor, of the second, column by column.
DECIMALS = ["0 0 0; 0.1 0.2 -0.3; 0 0 0", "0 0.4 0; 0.5 -1.4 0.2; 0 0.3 0"]
ASKED = ([{"kernel": k} for k in KERNELS.values()]
         + [{"kernel": k, "normalize": "no", "divisor": d, "offset": o}
            for k in (KERNELS["sharpen"], KERNELS["zero sum"], KERNELS["five"]) for d, o in (("1", "0"), ("4", "0.25"), ("-2", "0.5"), ("0", "0.1"))]
         + [{"kernel": KERNELS["blur"], "divisor": "0"}]
         + [{"kernel": k, "alpha-weighting": "no"} for k in (KERNELS["blur"], KERNELS["zero sum"], KERNELS["sharpen"])]
         + [{"kernel": KERNELS["sharpen"], "channels": c} for c in ("rgb", "r", "ga", "a", "rba")]
         + [{"kernel": k, "border": b} for k in (KERNELS["blur"], KERNELS["five"]) for b in BORDERS]
         + [{"kernel": KERNELS["blur"], "border": b, "alpha-weighting": "no"} for b in BORDERS]
         + [{"kernel": KERNELS["zero sum"], "border": b} for b in BORDERS]
         + [{"kernel": k, "divisor": "4", "offset": "0.25"} for k in (KERNELS["negative"], KERNELS["lopsided"])]  # Normalizing wins.
         + [{"kernel": KERNELS["zero sum"], "channels": c, "alpha-weighting": w} for c in ("rgb", "ba") for w in ("yes", "no")]
         + [{"kernel": KERNELS["negative"], "normalize": "no", "offset": o, "alpha-weighting": "no"} for o in ("1", "-0.5")]
         + [{"kernel": k} for k in DECIMALS])


def pictures():
    r = np.random.RandomState(5)
    y, x = np.mgrid[:13, :17]
    unit = np.stack([(np.hypot(y - 6, x - 5 - 3 * k) < 5) * .5 + x / 40 for k in range(3)], -1) + r.uniform(0, .2, (13, 17, 3))
    rgb = np.rint(np.clip(unit, 0, 1) * 255).astype(np.uint8)
    alpha = np.rint(np.clip(r.uniform(-.3, 1.3, (13, 17, 1)), 0, 1) * 255).astype(np.uint8)
    rgba = np.concatenate([rgb, alpha], -1)
    return {"rgba": rgba, "rgb": rgb, "grey": rgb[..., :1], "row": rgba[6:7], "pixel": rgba[6:7, 11:12]}


def linear(v):
    return np.where(v <= .04045, v / 12.92, ((v + .055) / 1.055) ** 2.4)


def encoded(v):
    return np.where(v <= .0031308, v * 12.92, 1.055 * np.maximum(v, 0) ** (1 / 2.4) - .055)


def ours(picture, kernel, normalize="yes", divisor="1", offset="0", border="clamp", channels="rgba", **flags):
    m = np.array([[float(n) for n in row.split()] for row in kernel.split(";")])
    if m.shape == (3, 3):
        m = np.pad(m, 1)
    alpha_weighted, divisor, offset = flags.get("alpha-weighting", "yes") == "yes", float(divisor), float(offset)
    unit = picture / 255.0
    rgb, alpha = (unit, np.ones(unit.shape[:2] + (1,))) if picture.shape[2] % 2 else (unit[..., :-1], unit[..., -1:])
    source = np.concatenate([linear(np.broadcast_to(rgb, rgb.shape[:2] + (3,))), alpha], -1)
    if divisor == 0:
        out = source
    else:
        if normalize == "yes":
            s = np.add.accumulate(m.astype(np.float32).ravel())[-1]
            divisor, offset = (s, 0) if s > 0 else (-s, 1) if s < 0 else (1, .5)
        mode = {"clamp": {"mode": "edge"}, "wrap": {"mode": "wrap"}}.get(border, {"mode": "constant"})
        padded = np.pad(source, ((2, 2), (2, 2), (0, 0)), **mode)
        if border in ("black", "white"):
            inside = np.pad(np.ones(source.shape[:2], bool), 2)
            padded[~inside] = [0, 0, 0, 1] if border == "black" else [1, 1, 1, 1]
        windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (0, 1))  # h w c 5 5
        a = windows[:, :, 3:]
        colours = (windows[:, :, :3] * (a if alpha_weighted else 1) * m).sum((-1, -2)) / divisor + offset
        alphas = (a * m).sum((-1, -2)) / divisor
        if alpha_weighted:
            weight = (np.abs(m) * a).sum((-1, -2))
            alphas = np.where(weight > 0, alphas * np.abs(m).sum() / np.where(weight > 0, weight, 1), 0)
        out = np.concatenate([colours, alphas + offset], -1)
        for index, name in enumerate("rgba"):
            if name not in channels:
                out[..., index] = source[..., index]
    result = np.concatenate([encoded(out[..., :3]), out[..., 3:]], -1)
    return np.rint(np.clip(result, 0, 1) * 255).astype(np.uint8)


def gegl(picture, kernel, normalize="yes", divisor="1", offset="0", border="clamp", channels="rgba", **flags):
    order = picture[..., {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[picture.shape[2]]]
    cv2.imwrite(str(FOLDER / "in.png"), order)
    rows = [row.split() for row in kernel.split(";")]
    pad = (5 - len(rows)) // 2
    cells = {f"{c}{r}": "0" for c in "abcde" for r in "12345"}
    cells |= {f"{'abcde'[x + pad]}{y + pad + 1}": n for y, row in enumerate(rows) for x, n in enumerate(row)}
    yes = lambda b: "true" if b else "false"
    given = cells | {"divisor": divisor, "offset": offset, "normalize": yes(normalize == "yes"), "border": BORDERS[border],
                     "alpha-weight": yes(flags.get("alpha-weighting", "yes") == "yes")}
    given |= {name: yes(name[0] in channels) for name in ("red", "green", "blue", "alpha")}
    subprocess.run(["gegl", FOLDER / "in.png", "-o", FOLDER / "out.png", "--", "gegl:convolution-matrix",
                    *[f"{k}={v}" for k, v in given.items()], "gegl:convert-format", "format=R'G'B'A u8"],
                   check=True, stderr=subprocess.DEVNULL)
    answer = cv2.imread(str(FOLDER / "out.png"), cv2.IMREAD_UNCHANGED)
    if answer.dtype == np.uint16:
        answer = np.rint(answer / 257).astype(np.uint8)
    return answer[..., [2, 1, 0, 3]]


worst, out = 0, {}
for title, picture in pictures().items():
    out[f"in/{title}"] = picture
    for asked in ASKED:
        label = "convolve:gimp=yes," + ",".join(f"{k}={v}" for k, v in asked.items())
        said, meant = gegl(picture, **asked), ours(picture, **asked)
        difference = np.abs(said.astype(int) - meant).max()
        worst = max(worst, difference)
        if difference > 1:
            print(title, label, difference)
        out[f"out/{title}/{label}"] = said
print(len(out), "arrays; the largest difference between gegl and the definition:", worst)
if worst > 1:
    sys.exit("gegl does not do what is defined here")
np.savez_compressed(pathlib.Path(__file__).parent / "gimp.npz", **out)
