//! Picture files: every format, depths, animations, and files that are no pictures.

use std::fs;
use std::path::Path;

use crate::support::pictures::{image8, image16, png_of};
use glassbox_formats::{
    Format, Packing, Picture, Pixels, PngRows, decode_picture, read_picture, write_animation, write_picture,
};
use glassbox_tensor::Image;

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
        ("tiff", &[1, 2, 3, 4], &[1, 2, 3, 4]),
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
    for channels in 1..=4 {
        let floats = Pixels::F32(image8(channels).map(|value| f32::from(value) / 100.0 - 1.0));
        assert_eq!(round_trip(folder.path(), "tif", floats.clone()), (floats, vec![]), "{channels} channels");
    }
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
fn numbers_that_are_cut_off_are_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let greys = |numbers: [f32; 3]| Pixels::F32(Image::from_vec([1, 3, 1], numbers.to_vec()).unwrap());
    let (found, notes) = round_trip(folder.path(), "png", greys([-2.0, 0.5, 300.0]));
    assert_eq!(found, Pixels::U16(Image::from_vec([1, 3, 1], vec![0, 32768, 65535]).unwrap()));
    assert_eq!(
        notes,
        [
            "black is 0, white 1, and there are numbers from -2 to 300: cut off",
            "PNG cannot hold floating-point numbers: written as 16 bits a number"
        ]
    );
    assert_eq!(round_trip(folder.path(), "png", greys([0.0, 0.5, 1.0])).1.len(), 1);
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
fn what_is_too_long_for_a_format_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (suffix, format, most) in
        [("jpg", "JPEG", 65535), ("gif", "GIF", 65535), ("tga", "TGA", 65535), ("webp", "WebP", 16384)]
    {
        let path = folder.path().join(format!("long.{suffix}"));
        let write =
            |width| write_picture(&path, Picture::from(Pixels::U8(Image::zeros([1, width, 3]))), Packing::default());
        let error = write(most + 1).unwrap_err().to_string();
        let expected = format!("{}×1 pixels; {format} holds at most {most} a side", most + 1);
        assert!(error.contains(&expected) && !path.exists(), "{error}");
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
            // Some decoders accept damaged files. None may panic, messages name the file, and truncated PNGs and JPEGs
            // are refused.
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

#[test]
fn a_damaged_png_is_said_to_be_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    image::RgbImage::from_raw(11, 7, image8(3).as_slice().to_vec()).unwrap().save(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.windows(4).filter(|name| name == b"IDAT").count(), 1, "all rows are there before the sum is read");
    let sum = bytes.len() - 16;
    bytes[sum] ^= 1;
    fs::write(&path, bytes).unwrap();
    let as_a_whole = read_picture(&path, true).unwrap_err();
    let mut rows = PngRows::open(&path, true).unwrap();
    let by_rows = rows.read_u8(&mut [0; 6 * 33]).and_then(|()| rows.read_u8(&mut [0; 33])).unwrap_err();
    for error in [as_a_whole, by_rows] {
        let text = error.to_string();
        assert!(text.contains("CRC error") && text.ends_with("while decoding IDAT chunk."), "{text}");
    }
}
