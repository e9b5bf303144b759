#!/usr/bin/env python3
"""Trains the two models that are built in, on pictures in the public domain or under CC0.

    pip install scikit-image==0.26.0 pillow==13.0.0
    cargo build --release
    python data/models/make.py target/release/dnn [denoise] [enlarge]

The pictures: those of scikit-image's wheel whose terms allow everything, and `face` of SciPy 1.9.3's, each whole and at
half and a third of its size. Another order of the same pictures, or another number of threads, changes nothing.
"""
import bz2, hashlib, pathlib, subprocess, sys, tempfile, zipfile
import numpy as np
import skimage.data
from PIL import Image

# Photographs, and their terms as skimage.data tells them.
PICTURES = [
    ('astronaut.png', 'public domain, NASA'), ('brick.png', 'CC0, cc0textures.com'), ('camera.png', 'CC0, Lav Varshney'),
    ('chelsea.png', 'CC0, Stefan van der Walt'), ('coffee.png', 'CC0, Rachel Michetti'),
    ('coins.png', 'no known restrictions, Brooklyn Museum'), ('rocket.jpg', 'public domain, SpaceX'),
]
HELD_OUT = {'rocket'}
EPOCHS = {'denoise': 30, 'enlarge': 40}


def face(folder):
    """The raccoon's face, 768×1024, as SciPy 1.9.3 carried it: public domain, US Fish and Wildlife Service."""
    subprocess.run([sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--python-version',
                    '3.11', '-d', folder, 'scipy==1.9.3'], check=True)
    wheel = zipfile.ZipFile(next(pathlib.Path(folder).glob('scipy-*.whl')))
    data = bz2.decompress(wheel.read('scipy/misc/face.dat'))
    return Image.fromarray(np.frombuffer(data, np.uint8).reshape(768, 1024, 3))


def save(picture, name, folder):
    """The picture whole, at half and at a third of its size, as brightness."""
    part = folder / ('test' if name in HELD_OUT else 'train')
    part.mkdir(exist_ok=True)
    grey = picture.convert('L')
    for size in (1, 2, 3):
        small = grey.reduce(size) if size > 1 else grey
        if min(small.size) >= 96:
            small.save(part / f'{name}-{size}.png')


with tempfile.TemporaryDirectory() as made:
    made = pathlib.Path(made)
    photos = made / 'photos'
    photos.mkdir()
    source = pathlib.Path(skimage.data.__file__).parent
    for name, _ in PICTURES:
        save(Image.open(source / name).convert('RGB'), pathlib.Path(name).stem, photos)
    save(face(made), 'face', photos)
    total = hashlib.sha256(b''.join(p.read_bytes() for p in sorted(photos.rglob('*.png')))).hexdigest()
    print(len(list(photos.rglob('*.png'))), 'pictures', total[:16])
    for preset in sys.argv[2:] or EPOCHS:
        here = pathlib.Path(__file__).parent
        subprocess.run([sys.argv[1], 'train', '--preset', preset, '--data', photos, '--epochs', str(EPOCHS[preset]),
                        '--model', here / f'{preset}.npz', '--force'], check=True)
