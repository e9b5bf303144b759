"""Makes pictures.npz: picture files of kinds that readers get wrong, and what Pillow reads of them.

    python pictures.py        # needs the command jpegtran (libjpeg-turbo 2.1.5) and requirements.txt

For each picture an array NAME/file, its bytes, and NAME/pixels, what Pillow reads, upright. JPEGs may differ by a little, because decoders round and
interpolate differently.
"""
import io, pathlib, subprocess, tempfile
import zlib
import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
FOLDER = pathlib.Path(tempfile.mkdtemp())
EXIF = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"  # orientation 6
UPRIGHT = EXIF.replace(b"\x06\0\0\0\0\0\0\0", b"\x01\0\0\0\0\0\0\0")


def smooth(height, width):
    y, x = np.mgrid[:height, :width] / 40
    return np.rint(128 + 100 * np.stack([np.sin(3 * x + y), np.cos(2 * y - x), np.sin(x * y + 1)], -1)).astype(np.uint8)


def jpeg(array, scans=None, **options):
    data = io.BytesIO()
    Image.fromarray(array).save(data, "JPEG", quality=92, **options)
    if scans is None:
        return data.getvalue()
    (FOLDER / "scans").write_text(scans)
    (FOLDER / "a.jpg").write_bytes(data.getvalue())
    return subprocess.run(["jpegtran", "-scans", FOLDER / "scans", FOLDER / "a.jpg"], check=True, capture_output=True).stdout


def chunk(kind, content):
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def png(array, after=b""):
    height, width = array.shape[:2]
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress(b"".join(b"\0" + row.tobytes() for row in array))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + after + chunk(b"IEND", b"")


def webp(array, exif):
    data = io.BytesIO()
    Image.fromarray(array).save(data, "WEBP", lossless=True, exact=True, exif=EXIF)
    # Pillow may leave the envelope out or put it around.
    at = data.getvalue().index(b"EXIF")
    file = data.getvalue()[:at] + b"EXIF" + len(exif).to_bytes(4, "little") + exif + b"\0" * (len(exif) % 2)
    return file[:4] + (len(file) - 8).to_bytes(4, "little") + file[8:]


def gif(array, screen, place):
    data = io.BytesIO()
    Image.fromarray(array).convert("P", palette=Image.ADAPTIVE, colors=16).save(data, "GIF")
    file = bytearray(data.getvalue())
    file[6:10] = screen[0].to_bytes(2, "little") + screen[1].to_bytes(2, "little")
    at = file.index(b"\x2c", 13 + 3 * 2 ** ((file[10] & 7) + 1))
    file[at + 1:at + 5] = place[0].to_bytes(2, "little") + place[1].to_bytes(2, "little")
    return bytes(file)


def two_exif(file, first, second):
    segment = lambda exif: b"\xff\xe1" + (len(exif) + 8).to_bytes(2, "big") + b"Exif\0\0" + exif
    return file[:2] + segment(first) + segment(second) + file[2:]


def pictures():
    a, small = smooth(27, 37), smooth(9, 14)
    one_by_one = "0;\n1;\n2;\n"
    for name, factors in {"444": 0, "422": 1, "420": 2, "440": "1x2,1x1,1x1"}.items():
        if name == "440":
            y = smooth(37, 27)  # 4:2:2, turned by a quarter, is 4:4:0.
            (FOLDER / "b.jpg").write_bytes(jpeg(y, subsampling=1))
            turned = subprocess.run(["jpegtran", "-rotate", "90", "-trim", FOLDER / "b.jpg"], check=True, capture_output=True).stdout
            yield "jpeg 440", turned
            (FOLDER / "a.jpg").write_bytes(turned)
            (FOLDER / "scans").write_text(one_by_one)
            yield "jpeg 440 apart", subprocess.run(["jpegtran", "-scans", FOLDER / "scans", FOLDER / "a.jpg"], check=True, capture_output=True).stdout
            continue
        yield f"jpeg {name}", jpeg(a, subsampling=factors)
        yield f"jpeg {name} apart", jpeg(a, one_by_one, subsampling=factors)
        yield f"jpeg {name} progressive", jpeg(a, subsampling=factors, progressive=True)
    yield "jpeg 420 two scans", jpeg(a, "0;\n1 2;\n", subsampling=2)
    yield "jpeg 420 restarts", jpeg(a, subsampling=2, restart_marker_blocks=3)
    yield "jpeg 420 apart restarts", jpeg(a, one_by_one, subsampling=2, restart_marker_blocks=2)
    yield "jpeg progressive restarts", jpeg(a, subsampling=2, progressive=True, restart_marker_blocks=5)
    yield "jpeg progressive own scans", jpeg(
        a, "0: 0-0, 0, 1;\n1: 0-0, 0, 0;\n2: 0-0, 0, 0;\n0: 1-63, 0, 3;\n0: 1-63, 3, 2;\n0: 1-63, 2, 1;\n0: 0-0, 1, 0;\n"
           "1: 1-63, 0, 0;\n2: 1-9, 0, 0;\n2: 10-63, 0, 0;\n0: 1-63, 1, 0;\n", subsampling=2)
    yield "jpeg grey", jpeg(a[..., 0])
    yield "jpeg grey progressive", jpeg(a[..., 0], progressive=True)
    yield "jpeg two exif", two_exif(jpeg(small), EXIF, UPRIGHT)
    yield "png exif behind", png(small, chunk(b"eXIf", EXIF))
    yield "png exif envelope", png(small, chunk(b"eXIf", b"Exif\0\0" + EXIF))
    yield "webp exif", webp(small, EXIF)
    yield "webp exif envelope", webp(small, b"Exif\0\0" + EXIF)
    yield "gif beyond its screen", gif(small, (5, 4), (0, 0))
    yield "pnm remarks", b"P2 # grey\n3 #wide\n2\n7 #most\n0 1 2 # a remark\n3 #4\n4 5\n"
    yield "pnm colours", b"P3\n2 1 255\n255 0 10\n#\n0 128 255"
    yield "pnm bits", b"P1\n5 2\n01101\n1 0 0 1 0 # end"
    yield "pnm packed bits", b"P4\n#\n11 2\n\xa5\x40\x0f\xe0"


def read(file):
    image = Image.open(io.BytesIO(file))
    image.load()
    image = ImageOps.exif_transpose(image)
    mode = {"1": "L", "P": "RGBA" if "transparency" in image.info else "RGB"}.get(image.mode, image.mode)
    array = np.asarray(image.convert(mode))
    return np.ascontiguousarray(array if array.ndim == 3 else array[..., None])


if __name__ == "__main__":
    arrays = {}
    for name, file in pictures():
        arrays[f"{name}/file"], arrays[f"{name}/pixels"] = np.frombuffer(file, np.uint8), read(file)
        print(name, arrays[f"{name}/pixels"].shape)
    np.savez_compressed(HERE / "pictures.npz", **arrays)
