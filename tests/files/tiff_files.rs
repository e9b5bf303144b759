//! TIFF files: directories, indexed colours, BigTIFF, and what other programs see in them.

use std::fs;

use glassbox_formats::npz::Npz;
use glassbox_formats::{Packing, Picture, Pixels, decode_picture, read_picture, write_picture};
use glassbox_tensor::Image;

use crate::support::pictures::image16;

#[test]
fn tiffs_say_what_their_last_channel_is() {
    let path = tempfile::Builder::new().suffix(".tif").tempfile().unwrap().into_temp_path();
    for (channels, count) in [(3, 0), (4, 1)] {
        write_picture(&path, Picture::from(Pixels::U16(image16(channels))), Packing::default()).unwrap();
        let file = fs::read(&path).unwrap();
        // Entries of one short number: alpha and the predictor, in the main directory.
        let main = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
        let entries = file[main + 2..].chunks_exact(12);
        let of = |tag: u16| entries.clone().filter(|entry| entry[..2] == tag.to_le_bytes()).collect::<Vec<_>>();
        assert_eq!((of(338).len(), of(317).len(), of(256).len()), (count, 0, 1));
        assert!(of(338).iter().all(|entry| entry[2..] == [3, 0, 1, 0, 0, 0, 2, 0, 0, 0]));
    }
}

/// A TIFF of indexed colours, in one strip: 5×3 pixels with rising indices; index i is (i, 2i, 255 - i), each number
/// multiplied by a factor.
fn indexed_tiff(bits: u32, is_big: bool, times: u32) -> Vec<u8> {
    let number = |value: u32, length: usize| {
        let bytes = value.to_be_bytes()[4 - length..].to_vec();
        if is_big { bytes } else { bytes.into_iter().rev().collect() }
    };
    let colours = 1 << bits;
    let rows = (0..3u32).flat_map(|y| {
        let row = (0..5).fold(0u64, |row, x| row << bits | u64::from((5 * y + x) % colours));
        let length = (5 * bits as usize).div_ceil(8);
        (row << (8 * length - 5 * bits as usize)).to_be_bytes()[8 - length..].to_vec()
    });
    let map = [|i: u32| i, |i| 2 * i % 256, |i| 255 - i].into_iter().flat_map(|of| (0..colours).map(of));
    let (rows, map): (Vec<u8>, Vec<u8>) = (rows.collect(), map.flat_map(|value| number(times * value, 2)).collect());
    let entries = [
        (256, 3, 1, 5),
        (257, 3, 1, 3),
        (258, 3, 1, bits),
        (259, 3, 1, 1),
        (262, 3, 1, 3),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 3, 1, 3),
        (279, 4, 1, rows.len() as u32),
        (320, 3, 3 * colours, 8 + rows.len() as u32),
    ];
    let mut file =
        [if is_big { b"MM" } else { b"II" }, &number(42, 2)[..], &number((8 + rows.len() + map.len()) as u32, 4)]
            .concat();
    file.extend([rows, map, number(entries.len() as u32, 2)].concat());
    for (tag, kind, count, value) in entries {
        let value = if kind == 3 && count == 1 { [number(value, 2), vec![0; 2]].concat() } else { number(value, 4) };
        file.extend([number(tag, 2), number(kind, 2), number(count, 4), value].concat());
    }
    file.extend([0; 4]);
    file
}

#[test]
fn indexed_colours_of_a_tiff_are_looked_up() {
    for (bits, is_big, times) in [(1, true, 257), (2, false, 256), (4, true, 1), (8, false, 257), (8, true, 256)] {
        let file = indexed_tiff(bits, is_big, times);
        let found = decode_picture(&file, "in.tif", true).unwrap().pixels;
        let expected = Image::from_fn([3, 5, 3], |(y, x, c)| {
            let index = (5 * y + x) % (1 << bits);
            [index, 2 * index % 256, 255 - index][c] as u8
        });
        assert_eq!(found, Pixels::U8(expected), "{bits} bits, is_big {is_big}");
        // Truncated at any byte, or with any byte changed: no panic.
        for place in 0..file.len() {
            let _ = decode_picture(&file[..place], "in.tif", true);
            let mut other = file.clone();
            other[place] ^= 0xff;
            let _ = decode_picture(&other, "in.tif", true);
        }
    }
}

/// A BigTIFF of 5×3 rising greys, to be turned by 90° clockwise, made by "glass"; `meaning` is the entry for the
/// meaning of numbers.
fn large_tiff(is_big: bool, meaning: u64) -> Vec<u8> {
    let number = |value: u64, length: usize| {
        let bytes = value.to_be_bytes()[8 - length..].to_vec();
        if is_big { bytes } else { bytes.into_iter().rev().collect() }
    };
    let short = |value| [number(value, 2), vec![0; 6]].concat();
    let mut file = [if is_big { b"MM" } else { b"II" }, &number(43, 2)[..], &number(8, 2), &[0; 2]].concat();
    file.extend([number(16 + 15 + 1, 8), (0..15).map(|i| i * 17).collect(), vec![0], number(11, 8)].concat());
    for (tag, value) in [(256, 5), (257, 3), (258, 8), (259, 1), (262, meaning)] {
        file.extend([number(tag, 2), number(3, 2), number(1, 8), short(value)].concat());
    }
    file.extend([number(271, 2), number(2, 2), number(6, 8), b"glass\0\0\0".to_vec()].concat());
    for (tag, value) in [(273, 16), (274, 6), (277, 1), (278, 3), (279, 15)] {
        file.extend([number(tag, 2), number(3, 2), number(1, 8), short(value)].concat());
    }
    file.extend([0; 8]);
    file
}

#[test]
fn a_large_tiff_is_read_like_a_small_one() {
    for is_big in [false, true] {
        let file = large_tiff(is_big, 1);
        let stored = decode_picture(&file, "large", false).unwrap();
        assert_eq!(stored.pixels, Pixels::U8(Image::from_fn([3, 5, 1], |(y, x, _)| (5 * y + x) as u8 * 17)));
        // A wrong suffix does not matter.
        let path = tempfile::Builder::new().suffix(".tga").tempfile().unwrap().into_temp_path();
        fs::write(&path, &file).unwrap();
        assert_eq!(read_picture(&path, true).unwrap().pixels.dim(), (5, 3, 1), "is_big {is_big}");
        // The metadata are kept: written and read again, the picture is still to be turned.
        let exif = stored.metadata.exif.clone().unwrap();
        assert!(exif.windows(6).any(|part| part == b"glass\0"), "is_big {is_big}");
        let small = tempfile::Builder::new().suffix(".tif").tempfile().unwrap().into_temp_path();
        assert_eq!(write_picture(&small, stored, Packing::default()).unwrap().notes, [""; 0]);
        let again = read_picture(&small, false).unwrap();
        assert_eq!((again.metadata.exif, again.is_first_of_more), (Some(exif), false));
        assert_eq!(read_picture(&small, true).unwrap().pixels.dim(), (5, 3, 1), "is_big {is_big}");
        let indexed = decode_picture(&large_tiff(is_big, 3), "large", true).unwrap_err().to_string();
        assert!(indexed.ends_with("is damaged (tiff): it has 0 colours and uses one beyond"), "{indexed}");
        for place in 0..file.len() {
            let _ = decode_picture(&file[..place], "large", true);
            for flip in [0xff, 0x02] {
                let mut other = file.clone();
                other[place] ^= flip;
                let _ = decode_picture(&other, "large", true);
            }
        }
    }
}

/// Files of other programs and what other readers see in them: data/golden/tiffs.py states the cases.
#[test]
fn other_programs_see_the_same() {
    let mut goldens = Npz::open("data/golden/tiffs.npz".as_ref()).unwrap();
    let names: Vec<_> = goldens.names().iter().filter_map(|name| Some(name.strip_suffix("/file")?.to_string())).collect();
    assert!(names.len() > 100, "{} cases", names.len());
    for name in names {
        let file = goldens.read::<u8>(&format!("{name}/file")).unwrap().into_vec();
        let off = goldens.read::<f64>(&format!("{name}/off")).unwrap().into_vec()[0];
        let found = decode_picture(&file, &name, true).unwrap_or_else(|error| panic!("{error}")).pixels;
        let right = format!("{name}/right");
        let header = goldens.header(&right).unwrap();
        let (height, width, channels) = found.dim();
        assert_eq!((&header.shape[..], &header.dtype[1..]), (&[height, width, channels][..], &size(&found)[..]), "{name}");
        let as_f64 = |numbers: Vec<f32>| numbers.into_iter().map(f64::from).collect::<Vec<_>>();
        let [found, right] = match &found {
            Pixels::U8(image) => {
                let right = goldens.read::<u8>(&right).unwrap().into_vec();
                [image.as_slice().to_vec(), right].map(|numbers| numbers.into_iter().map(f64::from).collect::<Vec<_>>())
            }
            Pixels::U16(image) => {
                let right = goldens.read::<u16>(&right).unwrap().into_vec();
                [image.as_slice().to_vec(), right].map(|numbers| numbers.into_iter().map(f64::from).collect())
            }
            Pixels::F32(image) => [image.as_slice().to_vec(), goldens.read::<f32>(&right).unwrap().into_vec()].map(as_f64),
        };
        for (index, (found, right)) in found.iter().zip(&right).enumerate() {
            // Not `>`, which NaN would pass.
            let is_near = found == right || (found - right).abs() <= off * right.abs().max(1.0);
            assert!(is_near, "{name}[{index}]: found {found}, expected {right}");
        }
        // With any of some bytes changed, or cut short: no panic.
        for place in (0..file.len()).step_by(1 + file.len() / 40) {
            let mut other = file.clone();
            other[place] ^= 0x13;
            let _ = decode_picture(&other, "changed", true);
            let _ = decode_picture(&file[..place], "cut", true);
        }
    }
}

/// Bytes of a number, as text.
fn size(pixels: &Pixels) -> String {
    match pixels {
        Pixels::U8(_) => "1",
        Pixels::U16(_) => "2",
        Pixels::F32(_) => "4",
    }
    .into()
}

/// A TIFF with some entries replaced: those of one number, and the first of several.
fn with_entries(file: &[u8], entries: &[(u16, u32)]) -> Vec<u8> {
    let mut file = file.to_vec();
    let main = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize + 2;
    for (tag, value) in entries {
        let place = file[main..].chunks_exact(12).position(|entry| entry[..2] == tag.to_le_bytes());
        let entry = main + 12 * place.unwrap_or_else(|| panic!("no entry {tag}"));
        file[entry + 8..entry + 12].copy_from_slice(&value.to_le_bytes());
    }
    file
}

#[test]
fn what_is_not_understood_is_named_in_plain_words() {
    let path = tempfile::Builder::new().suffix(".tif").tempfile().unwrap().into_temp_path();
    let grey = Pixels::U8(Image::from_fn([3, 5, 1], |(y, x, _)| (5 * y + x) as u8));
    write_picture(&path, Picture::from(grey), Packing::default()).unwrap();
    let file = fs::read(&path).unwrap();
    for (entries, words) in [
        (&[(259, 50000)][..], "is packed by Zstandard, which is not understood"),
        (&[(259, 6)], "is packed by the JPEG of old TIFFs, which is not understood"),
        (&[(259, 77)], "is packed by code 77, which is not understood"),
        (&[(262, 32803)], "has the raw numbers of a camera's sensor, which are not understood"),
        (&[(262, 99)], "has colours of kind 99, which are not understood"),
        (&[(258, 24)], "has 24 bits a sample, which is not understood"),
        (&[(339, 6)], "has complex numbers, which are not understood"),
        (&[(339, 3)], "has floating-point numbers of 8 bits, which are not understood"),
        (&[(277, 0)], "0 samples a pixel; grey has 1"),
        (&[(262, 2)], "1 samples a pixel; RGB has 3"),
        (&[(256, 0)], "is 0×3 pixels (tiff); there must be at least one"),
        (&[(278, 0)], "strips or tiles without a pixel"),
        (&[(278, 1)], "the places of 1 strips or tiles; there are 3"),
        (&[(256, 6)], "is cut short (tiff)"),
    ] {
        let error = decode_picture(&with_entries(&file, entries), "in.tif", true).unwrap_err().to_string();
        assert!(error.starts_with("in.tif: ") && error.contains(words), "{error}");
    }
}

#[test]
fn what_a_file_cannot_fill_is_refused() {
    let path = tempfile::Builder::new().suffix(".tif").tempfile().unwrap().into_temp_path();
    write_picture(&path, Picture::from(Pixels::U8(Image::zeros([3, 5, 1]))), Packing::default()).unwrap();
    let file = fs::read(&path).unwrap();
    let refused = |entries: &[(u16, u32)]| {
        decode_picture(&with_entries(&file, entries), "in.tif", true).unwrap_err().to_string()
    };
    for packing in [1, 5, 7, 8, 32773] {
        let error = refused(&[(256, 30_000), (257, 30_000), (278, 30_000), (259, packing)]);
        assert!(error.ends_with("bytes of data cannot fill 30000×30000 pixels"), "{packing}: {error}");
    }
    let error = refused(&[(256, 100_000), (257, 100_000), (278, 100_000)]);
    assert!(error.contains("is 100000×100000 pixels (10000000000 bytes); at most 1073741824"), "{error}");
}
