//! Pictures in and out: every format, depths kept, orientation applied, nothing half-written.

use std::fs;
use std::path::{Path, PathBuf};

use glassbox_formats::{
    Format, Metadata, Packing, Picture, Pixels, decode_picture, read_picture, write_animation, write_picture,
};
use glassbox_tensor::Image;

fn image8(channels: usize) -> Image<u8> {
    Image::from_fn([7, 11, channels], |(y, x, c)| (y * 36 + x * 23 + c * 61) as u8)
}

fn image16(channels: usize) -> Image<u16> {
    Image::from_fn([7, 11, channels], |(y, x, c)| (y * 9000 + x * 977 + c * 311) as u16)
}

fn round_trip(folder: &Path, suffix: &str, pixels: Pixels) -> (Pixels, Vec<String>) {
    let path = folder.join(format!("picture.{suffix}"));
    let notes = write_picture(&path, Picture::from(pixels), Packing::default()).unwrap().notes;
    (read_picture(&path, true).unwrap().pixels, notes)
}

#[test]
fn lossless_formats_give_back_what_they_got() {
    let folder = tempfile::tempdir().unwrap();
    let kept: &[(&str, &[usize], &[usize])] = &[
        ("png", &[1, 2, 3, 4], &[1, 2, 3, 4]),
        ("tiff", &[1, 3, 4], &[1, 3, 4]),
        ("bmp", &[3, 4], &[]),
        ("webp", &[3, 4], &[]),
        ("pgm", &[1], &[1]),
        ("ppm", &[3], &[3]),
        ("qoi", &[3, 4], &[]),
        ("tga", &[1, 3, 4], &[]),
    ];
    for (suffix, eight, sixteen) in kept {
        for &channels in *eight {
            let pixels = Pixels::U8(image8(channels));
            assert_eq!(
                round_trip(folder.path(), suffix, pixels.clone()),
                (pixels, vec![]),
                "{suffix}, {channels} channels"
            );
        }
        for &channels in *sixteen {
            let pixels = Pixels::U16(image16(channels));
            assert_eq!(
                round_trip(folder.path(), suffix, pixels.clone()),
                (pixels, vec![]),
                "{suffix}, {channels} channels of 16 bits"
            );
        }
    }
    let floats = Pixels::F32(image8(3).map(|value| f32::from(value) / 100.0 - 1.0));
    assert_eq!(round_trip(folder.path(), "tif", floats.clone()), (floats, vec![]));
}

#[test]
fn every_format_takes_every_picture() {
    let folder = tempfile::tempdir().unwrap();
    for (suffix, _) in Format::SUFFIXES {
        for channels in 1..=4 {
            let floats = image8(channels).map(|value| f32::from(value) / 255.0);
            for pixels in [Pixels::U8(image8(channels)), Pixels::U16(image16(channels)), Pixels::F32(floats)] {
                let (found, _) = round_trip(folder.path(), suffix, pixels.clone());
                assert_eq!(
                    (found.dim().0, found.dim().1),
                    (7, 11),
                    "{suffix} of {channels} channels of {}",
                    pixels.depth()
                );
            }
        }
    }
}

#[test]
fn what_is_lost_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let half = Pixels::U16(Image::from_fn([4, 4, 4], |(_, _, c)| if c == 3 { 32768 } else { 0 }));
    let (found, notes) = round_trip(folder.path(), "jpg", half);
    assert_eq!(
        notes,
        ["JPEG cannot hold 16 bits a number: written as 8 bits a number", "JPEG cannot hold alpha: shown over white"]
    );
    let Pixels::U8(found) = found else { panic!("8 bits") };
    assert!(found.as_slice().iter().all(|value| value.abs_diff(127) <= 2), "{found:?}");
}

#[test]
fn what_jpeg_has_no_room_for_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let metadata = |exif, icc| Metadata { exif: Some(vec![0; exif]), icc: Some(vec![0; icc]) };
    let written = |metadata| {
        let picture = Picture { metadata, ..Picture::from(Pixels::U8(image8(3))) };
        write_picture(&path, picture, Packing::default()).unwrap().notes
    };
    assert_eq!(written(metadata(65_527, 254 * 65_519)), [""; 0]);
    let read = read_picture(&path, true).unwrap().metadata;
    assert_eq!([read.exif, read.icc].map(|part| part.unwrap().len()), [65_527, 254 * 65_519]);
    assert_eq!(
        written(metadata(65_528, 254 * 65_519 + 1)),
        [
            "JPEG holds at most 65527 bytes of EXIF, found 65528: left out",
            "JPEG holds at most 16641826 bytes of a profile, found 16641827: left out"
        ]
    );
}

#[test]
fn grey_maps_are_grey_and_colour_maps_coloured() {
    let folder = tempfile::tempdir().unwrap();
    let colours = Image::from_vec([1, 2, 3], vec![255u8, 0, 0, 10, 20, 30]).unwrap();
    let (found, notes) = round_trip(folder.path(), "pgm", Pixels::U8(colours));
    // 0.299 · 255 = 76.2; 0.299 · 10 + 0.587 · 20 + 0.114 · 30 = 18.15.
    assert_eq!(found, Pixels::U8(Image::from_vec([1, 2, 1], vec![76u8, 18]).unwrap()));
    assert_eq!(notes, ["PGM cannot hold colours: brightness is left"]);
    let (found, notes) = round_trip(folder.path(), "ppm", Pixels::U8(image8(1)));
    assert_eq!((found.dim(), notes.len()), ((7, 11, 3), 0));
}

#[test]
fn gif_says_what_it_cannot_hold_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let greys = Image::from_fn([16, 16, 1], |(y, x, _)| (16 * y + x) as u8);
    let (found, notes) = round_trip(folder.path(), "gif", Pixels::U8(greys.clone()));
    assert_eq!(notes, [""; 0]);
    let Pixels::U8(found) = found else { panic!("8 bits") };
    assert!((0..3).all(|channel| found.channel(channel) == greys));
    let alpha = Image::from_fn([4, 64, 4], |(y, x, c)| if c == 3 { [0, 127, 128, 255][y] } else { x as u8 });
    let (found, notes) = round_trip(folder.path(), "gif", Pixels::U8(alpha));
    assert_eq!(notes, ["GIF cannot hold partial alpha: less than half is none, the rest all"]);
    let Pixels::U8(found) = found else { panic!("8 bits") };
    assert_eq!([0, 1, 2, 3].map(|y| found[[y, 5, 3]]), [0, 0, 255, 255]);
    assert_eq!(found[[2, 5, 0]], 5);
    let colours = Image::from_fn([1, 257, 3], |(_, x, c)| if c == 0 { x as u8 } else { (x / 256) as u8 });
    assert_eq!(
        round_trip(folder.path(), "gif", Pixels::U8(colours)).1,
        ["GIF holds at most 256 colours: reduced to those"]
    );
}

#[test]
fn what_is_opaque_loses_no_alpha() {
    let folder = tempfile::tempdir().unwrap();
    let opaque = Image::from_fn([7, 11, 4], |(y, x, c)| if c == 3 { 255 } else { (20 * y + x) as u8 });
    for suffix in ["jpg", "pgm", "ppm"] {
        let (_, notes) = round_trip(folder.path(), suffix, Pixels::U8(opaque.clone()));
        assert!(notes.iter().all(|note| !note.contains("alpha")), "{suffix}: {notes:?}");
    }
    let (found, notes) = round_trip(folder.path(), "gif", Pixels::U8(opaque));
    assert_eq!((found.dim(), notes.len()), ((7, 11, 3), 0));
}

#[test]
fn tiffs_say_what_their_last_channel_is() {
    let path = tempfile::Builder::new().suffix(".tif").tempfile().unwrap().into_temp_path();
    for (channels, count) in [(3, 0), (4, 1)] {
        write_picture(&path, Picture::from(Pixels::U16(image16(channels))), Packing::default()).unwrap();
        let file = fs::read(&path).unwrap();
        // Entries of one short number: alpha by itself, and what is predicted, in the directory that counts.
        let main = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
        let entries = file[main + 2..].chunks_exact(12);
        let of = |tag: u16| entries.clone().filter(|entry| entry[..2] == tag.to_le_bytes()).collect::<Vec<_>>();
        assert_eq!((of(338).len(), of(317).len(), of(256).len()), (count, 0, 1));
        assert!(of(338).iter().all(|entry| entry[2..] == [3, 0, 1, 0, 0, 0, 2, 0, 0, 0]));
    }
}

#[test]
fn what_is_too_long_for_a_format_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (suffix, format, most) in
        [("jpg", "JPEG", 65535), ("gif", "GIF", 65535), ("tga", "TGA", 65535), ("webp", "WebP", 16384)]
    {
        let path = folder.path().join(format!("long.{suffix}"));
        let write =
            |width| write_picture(&path, Picture::from(Pixels::U8(Image::zeros([1, width, 3]))), Packing::default());
        let error = write(most + 1).unwrap_err().to_string();
        let wanted = format!("{}×1 pixels; {format} holds at most {most} a side", most + 1);
        assert!(error.contains(&wanted) && !path.exists(), "{error}");
        write(most).unwrap();
    }
}

#[test]
fn the_first_of_more_is_known_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moving.gif");
    for (frames, more) in [(1, false), (2, true), (5, true)] {
        write_animation(&path, std::iter::repeat_n(image8(3), frames), 100).unwrap();
        assert_eq!(read_picture(&path, true).unwrap().is_first_of_more, more, "{frames} frames");
    }
    for (suffix, _) in Format::SUFFIXES {
        let path = folder.path().join(format!("one.{suffix}"));
        write_picture(&path, Picture::from(Pixels::U8(image8(3))), Packing::default()).unwrap();
        assert!(!read_picture(&path, true).unwrap().is_first_of_more, "{suffix}");
    }
}

/// A TIFF of indexed colours as the standard has it, in one strip: 5×3 pixels whose indices go up by one; index i is (i, 2i, 255 - i),
/// each so many times.
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
        let wanted = Image::from_fn([3, 5, 3], |(y, x, c)| {
            let index = (5 * y + x) % (1 << bits);
            [index, 2 * index % 256, 255 - index][c] as u8
        });
        assert_eq!(found, Pixels::U8(wanted), "{bits} bits, is_big {is_big}");
        // Two numbers a pixel, as indices with alpha have.
        let tag = if is_big { [1, 21, 0, 3] } else { [21, 1, 3, 0] };
        let place = file.windows(4).position(|bytes| bytes == tag).unwrap() + 8;
        let mut two = file.clone();
        two[place..place + 2].copy_from_slice(&if is_big { [0, 2] } else { [2, 0] });
        two.extend([0; 100]);
        assert!(decode_picture(&two, "in.tif", true).unwrap_err().to_string().contains("with alpha"));
        // Cut anywhere, or with any byte another: no panic.
        for place in 0..file.len() {
            let _ = decode_picture(&file[..place], "in.tif", true);
            let mut other = file.clone();
            other[place] ^= 0xff;
            let _ = decode_picture(&other, "in.tif", true);
        }
    }
}

#[test]
fn jpeg_stays_close() {
    let folder = tempfile::tempdir().unwrap();
    let slope = Image::from_fn([64, 64, 3], |(y, x, _)| (2 * y + x) as u8);
    let (Pixels::U8(found), _) = round_trip(folder.path(), "jpg", Pixels::U8(slope.clone())) else { panic!("8 bits") };
    assert!(found.as_slice().iter().zip(slope.as_slice()).all(|(a, b)| a.abs_diff(*b) <= 6));
}

#[test]
fn the_content_and_not_the_name_says_what_a_picture_is() {
    let folder = tempfile::tempdir().unwrap();
    let (png, misnamed) = (folder.path().join("a.png"), folder.path().join("a.jpg"));
    write_picture(&png, Picture::from(Pixels::U8(image8(3))), Packing::default()).unwrap();
    fs::rename(&png, &misnamed).unwrap();
    assert_eq!(read_picture(&misnamed, true).unwrap().pixels, Pixels::U8(image8(3)));
}

#[test]
fn metadata_survives_and_orientation_is_applied() {
    // A TIFF header with one entry: orientation (0x0112), one short, 6: turn by 90° clockwise.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    let metadata = Metadata { icc: Some(vec![7; 200]), exif: Some(exif) };
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["png", "jpg", "webp", "tif"] {
        let path: PathBuf = folder.path().join(format!("a.{suffix}"));
        let picture = Picture { metadata: metadata.clone(), ..Picture::from(Pixels::U8(image8(3))) };
        write_picture(&path, picture, Packing::default()).unwrap();
        let (turned, stored) = (read_picture(&path, true).unwrap(), read_picture(&path, false).unwrap());
        assert_eq!(stored.metadata, metadata, "{suffix}");
        assert_eq!((stored.pixels.dim(), turned.pixels.dim()), ((7, 11, 3), (11, 7, 3)), "{suffix}");
        assert_eq!(turned.metadata.icc, metadata.icc, "{suffix}");
        if let (Pixels::U8(turned), Pixels::U8(stored)) = (&turned.pixels, &stored.pixels) {
            assert_eq!((turned[[0, 6, 0]], turned[[10, 6, 1]]), (stored[[0, 0, 0]], stored[[0, 10, 1]]), "{suffix}");
        }
        // Written again, it is not turned twice.
        write_picture(&path, turned.clone(), Packing::default()).unwrap();
        assert_eq!(read_picture(&path, true).unwrap().pixels.dim(), (11, 7, 3), "{suffix}");
    }
}

/// A PNG that says it is so large, and has no rows.
pub(crate) fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let crc = header.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(header);
    bytes.extend((!crc).to_be_bytes());
    bytes.extend(b"\0\0\0\x01IDAT\x78\x35\xaf\x06\x1e");
    bytes.extend(b"\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

#[test]
fn what_is_no_picture_is_refused() {
    let refuse = |bytes: &[u8]| decode_picture(bytes, "in.png", true).unwrap_err().to_string();
    assert!(refuse(b"").starts_with("in.png: is empty; png, jpeg"));
    assert!(refuse(b"some text that is no picture").starts_with("in.png: is not a picture of a known format"));
    let huge = refuse(&png_of(100_000, 100_000));
    assert!(huge.contains("at most 1073741824 bytes are allowed"), "{huge}");
    let folder = tempfile::tempdir().unwrap();
    for (suffix, _) in Format::SUFFIXES {
        let path = folder.path().join(format!("a.{suffix}"));
        write_picture(&path, Picture::from(Pixels::U8(image8(3))), Packing::default()).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in [1, 5, 20, whole.len() / 2, whole.len() - 12] {
            fs::write(&path, &whole[..cut.min(whole.len() - 1)]).unwrap();
            // Some decoders make do with what there is; none may panic, and what is refused is named. PNGs and JPEGs that were cut short are.
            let found = read_picture(&path, true);
            assert!(found.is_err() || !["png", "jpg", "jpeg"].contains(suffix), "{suffix} of {cut} bytes");
            if let Err(error) = found {
                assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
            }
        }
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    for (suffix, _) in Format::SUFFIXES {
        let path = folder.path().join(format!("a.{suffix}"));
        write_picture(&path, Picture::from(Pixels::U8(image8(3))), Packing::default()).unwrap();
        let whole = fs::read(&path).unwrap();
        for position in (0..whole.len()).step_by(1 + whole.len() / 150) {
            for flip in [0xFF, 0x10] {
                let mut bytes = whole.clone();
                bytes[position] ^= flip;
                let _ = decode_picture(&bytes, "in", true);
            }
        }
    }
}
