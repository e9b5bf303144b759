#!/usr/bin/env python3
"""Trains the two models that are built in, on pictures in the public domain, under CC0 or CC BY.

    pip install scikit-image==0.26.0 pillow==13.0.0
    cargo build --release
    python data/models/make.py target/release/dnn [denoise] [enlarge]

The pictures are photographs of the wheels of scikit-image, SciPy 1.9.3 (`face`) and scikit-learn 1.7.2 (`china`,
`flower`), each whole and at half and a third of its size. The number of threads changes nothing.
"""
import bz2, hashlib, io, pathlib, subprocess, sys, tempfile, zipfile
import numpy as np
import skimage.data
from PIL import Image

# Photographs, and their terms as skimage.data tells them.
PICTURES = [
    ('astronaut.png', 'public domain, NASA'), ('brick.png', 'CC0, cc0textures.com'), ('camera.png', 'CC0, Lav Varshney'),
    ('chelsea.png', 'CC0, Stefan van der Walt'), ('coffee.png', 'CC0, Rachel Michetti'),
    ('coins.png', 'no known restrictions, Brooklyn Museum'), ('grass.png', 'CC0, Linda Mehner'),
    ('gravel.png', 'CC0, cc0textures.com'), ('rocket.jpg', 'public domain, SpaceX'),
]
HELD_OUT = {'rocket'}
EPOCHS = {'denoise': 60, 'enlarge': 60}


def wheel(package, folder):
    """The wheel of a package, downloaded."""
    command = [sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '--python-version', '3.11']
    subprocess.run([*command, '-d', folder, package], check=True)
    return zipfile.ZipFile(next(pathlib.Path(folder).glob(package.split('==')[0].replace('-', '_') + '-*.whl')))


def others(folder):
    """`face` is public domain (US Fish and Wildlife Service), `china` by Mark Yang and `flower` by dany13 are CC BY 2.0."""
    data = bz2.decompress(wheel('scipy==1.9.3', folder).read('scipy/misc/face.dat'))
    yield 'face', Image.fromarray(np.frombuffer(data, np.uint8).reshape(768, 1024, 3))
    archive = wheel('scikit-learn==1.7.2', folder)
    for name in ('china', 'flower'):
        yield name, Image.open(io.BytesIO(archive.read(f'sklearn/datasets/images/{name}.jpg')))


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
    for name, picture in others(made):
        save(picture, name, photos)
    total = hashlib.sha256(b''.join(p.read_bytes() for p in sorted(photos.rglob('*.png')))).hexdigest()
    print(len(list(photos.rglob('*.png'))), 'pictures', total[:16])
    for preset in sys.argv[2:] or EPOCHS:
        here = pathlib.Path(__file__).parent
        subprocess.run([sys.argv[1], 'train', '--preset', preset, '--data', photos, '--epochs', str(EPOCHS[preset]),
                        '--model', here / f'{preset}.npz', '--force'], check=True)
