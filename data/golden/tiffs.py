#!/usr/bin/env python3
"""Makes tiffs.npz: small TIFFs and JPEGs, and what other readers see in them. Usage: tiffs.py, in this folder.

Of each case: NAME/file, its bytes; NAME/right, height x width x channels of the type that glassbox reads; NAME/off, by
how much a number may differ. The stored numbers are those that tifffile reads; what glassbox makes of them follows here
in NumPy. Colours of JPEG, Lab and profiles are Pillow's.
"""
import io, struct
import imagecodecs, numpy as np, tifffile
from PIL import Image, ImageCms

HEIGHT, WIDTH = 5, 7
random = np.random.default_rng(11)
cases = {}


def case(name, file, right, off=0):
    right = right if right.ndim == 3 else right[..., None]
    cases[f"{name}/file"] = np.frombuffer(file, "u1")
    cases[f"{name}/right"], cases[f"{name}/off"] = np.ascontiguousarray(right), np.float64(off)


def numbers(dtype, *shape):
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return random.normal(size=shape).astype(dtype)
    return random.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape, dtype, endpoint=True)


def written(array, **how):
    """The bytes of a file, and its numbers as tifffile reads them."""
    file = io.BytesIO()
    tifffile.imwrite(file, array, metadata=None, **how)
    file.seek(0)
    found = tifffile.imread(file)
    return file.getvalue(), found


def file_of(tags, data, order="<", big=False):
    """A TIFF of one strip; tags are {number: (type, numbers)}."""
    offset, cell = (16, 8) if big else (8, 4)
    tags = {256: (4, [WIDTH]), 257: (4, [HEIGHT]), 259: (3, [1]), 277: (3, [1]), 273: (4, [offset]), 278: (4, [HEIGHT]),
            279: (4, [len(data)])} | tags
    body, rows = data + b"\0" * (len(data) % 2), b""
    for tag, (kind, values) in sorted(tags.items()):
        value = struct.pack(f"{order}{len(values)}{ {3: 'H', 4: 'I'}[kind]}", *values)
        if len(value) > cell:
            body, value = body + value, struct.pack(order + ("Q" if big else "I"), offset + len(body))
        rows += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(values)) + value.ljust(cell, b"\0")
    mark, at = b"II" if order == "<" else b"MM", offset + len(body)
    if big:
        return mark + struct.pack(order + "HHHQ", 43, 8, 0, at) + body + struct.pack(order + "Q", len(tags)) + rows + bytes(8)
    return mark + struct.pack(order + "HI", 42, at) + body + struct.pack(order + "H", len(tags)) + rows + bytes(4)


def packed(array, bits):
    """Rows of numbers without gaps between them."""
    rows = ["".join(f"{number:0{bits}b}" for number in row) for row in array.reshape(len(array), -1)]
    return b"".join(int(row.ljust(-(-len(row) // 8) * 8, "0"), 2).to_bytes(-(-len(row) // 8), "big") for row in rows)


def stretched(array, bits):
    """Whole numbers of some bits as 8 or 16 bits."""
    full, most = (255 if bits <= 8 else 65535), 2**bits - 1
    return ((array.astype("u8") * full + most // 2) // most).astype("u1" if bits <= 8 else "u2")


# Types of numbers, byte orders, planes, tiles, packings.
WAYS = [dict(), dict(byteorder=">", bigtiff=True), dict(compression="lzw", predictor=2, tile=(16, 16)),
        dict(compression="deflate", predictor=2, byteorder=">", rowsperstrip=2), dict(compression="packbits", rowsperstrip=3)]
for at, dtype in enumerate(["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]):
    for channels in (1, 3):
        array = numbers(dtype, *(HEIGHT, WIDTH, channels)[: 3 if channels > 1 else 2])
        for way in (WAYS[at % 5], WAYS[(at + 2) % 5]):
            planes = channels > 1 and way is WAYS[at % 5]
            how = dict(way, photometric="rgb" if channels > 1 else "minisblack")
            if channels > 1:
                how["planarconfig"] = "separate" if planes else "contig"
            if dtype[0] == "f" and "predictor" in way:
                how["predictor"] = 3
            file, found = written(np.moveaxis(array, -1, 0) if planes else array, **how)
            found = np.moveaxis(found, 0, -1) if planes else found
            case(f"{dtype} {channels} {WAYS.index(way)}{' planes' * planes}", file,
                 found if dtype in ("u1", "u2") else found.astype("f4"))

# Numbers of other sizes, whites that are 0, bits from the other end.
for bits in (1, 2, 3, 4, 7, 10, 12, 14, 15):
    array = random.integers(0, 2**bits, (HEIGHT, WIDTH))
    data = packed(array, bits)
    for meaning in (0, 1):
        file = file_of({258: (3, [bits]), 262: (3, [meaning])}, data)
        assert (tifffile.imread(io.BytesIO(file)) == array).all()
        right = stretched(array, bits)
        case(f"{bits} bits {meaning}", file, right if meaning else np.iinfo(right.dtype).max - right)
    turned = file_of({258: (3, [bits]), 262: (3, [1]), 266: (3, [2])}, imagecodecs.bitorder_encode(data))
    case(f"{bits} bits turned", turned, stretched(array, bits))
    turned = imagecodecs.bitorder_encode(imagecodecs.lzw_encode(data))
    case(f"{bits} bits turned lzw", file_of({258: (3, [bits]), 259: (3, [5]), 262: (3, [1]), 266: (3, [2])}, turned), stretched(array, bits))

# Alpha, and samples that are neither.
for dtype in ("u1", "u2", "f4"):
    full = 1 if dtype == "f4" else np.iinfo(dtype).max
    alpha = (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) / (HEIGHT * WIDTH - 1) * full).astype(dtype)
    for colours, photometric in ((1, "minisblack"), (3, "rgb")):
        straight = random.random((HEIGHT, WIDTH, colours)) * full
        multiplied = (straight * alpha[..., None] / full).astype(dtype)
        with np.errstate(all="ignore"):
            right = np.where(alpha[..., None] > 0, multiplied.astype("f8") * full / alpha[..., None], 0)
        right = np.dstack([right if dtype == "f4" else np.clip(np.round(right), 0, full), alpha]).astype(dtype)
        stored = np.dstack([multiplied, alpha])
        for planes in (False, True):
            file, _ = written(np.moveaxis(stored, -1, 0) if planes else stored, photometric=photometric, extrasamples=[1],
                              planarconfig="separate" if planes else "contig", tile=(16, 16) if planes else None)
            case(f"multiplied {dtype} {colours}{' planes' * planes}", file, right, 1e-6 if dtype == "f4" else 1)
        case(f"straight {dtype} {colours}", written(stored, photometric=photometric, extrasamples=[2], planarconfig="contig")[0], stored)
        case(f"other {dtype} {colours}", written(stored, photometric=photometric, extrasamples=[0], planarconfig="contig")[0], stored[..., :-1])

# Indexed colours.
for bits in (1, 2, 4, 8):
    for order, big in (("<", False), (">", True)):
        table, indices = random.integers(0, 65536, (3, 2**bits)), random.integers(0, 2**bits, (HEIGHT, WIDTH))
        file = file_of({258: (3, [bits]), 262: (3, [3]), 320: (3, table.reshape(-1).tolist())}, packed(indices, bits), order, big)
        assert (tifffile.imread(io.BytesIO(file)) == indices).all()
        case(f"indexed {bits} {order}", file, np.moveaxis((table[:, indices] + 128) // 257, 0, -1).astype("u1"))

# Faxes, and JPEGs in tiles and strips.
fax = Image.fromarray(((np.add.outer(np.arange(HEIGHT * 3), np.arange(WIDTH * 5)) // 4 + random.integers(0, 9, (HEIGHT * 3, WIDTH * 5)) // 8) % 2 * 255).astype("u1"))
for compression in ("group3", "group4"):
    file = io.BytesIO()
    fax.convert("1").save(file, "TIFF", compression=compression)
    case(compression, file.getvalue(), np.asarray(Image.open(file)).astype("u1") * 255)
y, x = np.mgrid[:40, :45]
smooth = np.dstack([127 + 90 * np.sin(x / 9), 127 + 90 * np.cos(y / 11), (x + y) * 2.0]).astype("u1")
for name, how in (("grey", dict(photometric="minisblack")), ("rgb", dict(photometric="rgb")), ("ycbcr", dict(photometric="ycbcr", subsampling=(1, 1))),
                  ("subsampled", dict(photometric="ycbcr", subsampling=(2, 2)))):
    for tile in (None, (16, 32)):
        file, found = written(smooth[..., 0] if name == "grey" else smooth, compression="jpeg", tile=tile, rowsperstrip=None if tile else 16, **how)
        case(f"jpeg {name}{' tiles' * bool(tile)}", file, found, 4 if name == "subsampled" else 2)
for across, down in ((2, 1), (2, 2), (4, 2)):
    blocks = random.integers(60, 200, (HEIGHT + 1, WIDTH, across * down + 2))
    # Pillow reads them if they are packed.
    file = file_of({256: (4, [WIDTH * across]), 257: (4, [(HEIGHT + 1) * down]), 258: (3, [8] * 3), 259: (3, [8]), 262: (3, [6]), 277: (3, [3]),
                    278: (4, [(HEIGHT + 1) * down]), 530: (3, [across, down])}, imagecodecs.zlib_encode(blocks.astype("u1").tobytes()))
    case(f"ycbcr {across} {down}", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), 1)


# Inks: a profile of 16 colours, straight lines between them; Lab.
def profile():
    white, inks = np.array([95, 0, 0.0]), np.array([[-40, -35, -45], [-47, 70, -5], [-6, -8, 90], [-75, 0, 0.0]])
    corners = [np.clip(white + sum(inks[i] for i in range(4) if corner >> (3 - i) & 1), [8, -100, -100], [100, 100, 100]) for corner in range(16)]
    grid = b"".join(bytes([round(L * 2.55), round(a + 128), round(b + 128)]) for L, a, b in corners)
    line = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9))) + line * 4 + grid + line * 3
    table += bytes(-len(table) % 4)
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"inks\0" + bytes(78 + 1)
    point = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags, body = [(b"desc", text), (b"wtpt", point), (b"A2B0", table)], b""
    rows = struct.pack(">I", len(tags))
    for name, value in tags:
        rows += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = struct.pack(">I4sI4s4s4s12s4s4sIIIQI3i", 132 + 12 * len(tags) + len(body), b"test", 0x02100000, b"prtr", b"CMYK", b"Lab ",
                       struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp", b"none", 0, 0, 0, 0, 0, 63190, 65536, 54061)
    return head.ljust(128, b"\0") + rows + body


# Colours in both stay as they are (relative colorimetric).
srgb = ImageCms.createProfile("sRGB")
through = lambda image, source: np.asarray(ImageCms.applyTransform(image, ImageCms.buildTransform(source, srgb, image.mode, "RGB", 1)))
inks = random.integers(0, 256, (HEIGHT, WIDTH, 4)).astype("u1")
plain = lambda inks, full: np.round((full - inks[..., :3].astype("f8")) * (full - inks[..., 3:]) / full)
icc = profile()
with_profile = through(Image.frombytes("CMYK", (WIDTH, HEIGHT), inks.tobytes()), ImageCms.ImageCmsProfile(io.BytesIO(icc)))
case("inks", written(inks, photometric="separated")[0], plain(inks, 255).astype("u1"), 1)
case("inks 16", written(inks.astype("u2") * 257, photometric="separated")[0], plain(inks.astype("u2") * 257, 65535).astype("u2"), 1)
case("inks profile", written(inks, photometric="separated", iccprofile=icc)[0], with_profile, 2)
case("inks profile alpha", written(np.dstack([inks, inks[..., 1]]), photometric="separated", iccprofile=icc, extrasamples=[2])[0],
     np.dstack([with_profile, inks[..., 1]]), 2)
four = Image.frombytes("CMYK", (45, 40), np.dstack([smooth, smooth[..., 1] // 3]).tobytes())
for name, kept in (("jpeg inks", None), ("jpeg inks profile", icc)):
    file = io.BytesIO()
    four.save(file, "JPEG", quality=95, icc_profile=kept)
    image = Image.open(file)
    right = plain(np.asarray(image), 255).astype("u1") if kept is None else through(image, ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    case(name, file.getvalue(), right, 3)
    if kept is None:
        # Whoever wrote it, stored is how much of each ink is missing.
        bytes_ = file.getvalue()
        at = bytes_.find(b"\xff\xee")
        bytes_ = bytes_[:at] + bytes_[at + 2 + struct.unpack(">H", bytes_[at + 2:at + 4])[0]:]
        case("jpeg inks without Adobe", bytes_, plain(np.asarray(Image.open(io.BytesIO(bytes_))), 255).astype("u1"), 3)
lab = np.dstack([random.integers(0, 256, (HEIGHT, WIDTH)), random.integers(100, 156, (HEIGHT, WIDTH, 2))]).astype("u1")
signed = lab ^ np.array([0, 128, 128], "u1")
right = through(Image.frombytes("LAB", (WIDTH, HEIGHT), signed.tobytes()), ImageCms.createProfile("LAB"))
tags = {258: (3, [8] * 3), 277: (3, [3])}
case("lab from -128", file_of(tags | {262: (3, [9])}, lab.tobytes()), right, 2)
case("lab signed", file_of(tags | {262: (3, [8])}, signed.tobytes()), right, 2)

np.savez_compressed("tiffs.npz", **cases)
print(len(cases) // 3, "cases")
