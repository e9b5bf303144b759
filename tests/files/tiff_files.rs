//! TIFF files: directories, indexed colours, BigTIFF.

use std::fs;

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
        // Two numbers a pixel, as indices with alpha have.
        let tag = if is_big { [1, 21, 0, 3] } else { [21, 1, 3, 0] };
        let place = file.windows(4).position(|bytes| bytes == tag).unwrap() + 8;
        let mut two = file.clone();
        two[place..place + 2].copy_from_slice(&if is_big { [0, 2] } else { [2, 0] });
        two.extend([0; 100]);
        assert!(decode_picture(&two, "in.tif", true).unwrap_err().to_string().contains("with alpha"));
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
        assert!(indexed.contains("has indexed colours in a BigTIFF"), "{indexed}");
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
