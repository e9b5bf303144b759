//! Metadata of pictures: colour profiles and EXIF, and the notes where they are lost.

use std::path::PathBuf;

use glassbox_formats::{Metadata, Packing, Picture, Pixels, PngChunk, read_picture, write_picture};

use crate::support::pictures::image8;
use crate::support::programs::{done, filters};

/// A TIFF header with one entry: orientation (0x0112), one short, 1 to 8.
fn oriented(orientation: u8) -> Vec<u8> {
    [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[orientation, 0, 0, 0][..], &[0; 4]].concat()
}

#[test]
fn metadata_survives_and_orientation_is_applied() {
    // 6: turn by 90° clockwise.
    let metadata = Metadata { icc: Some(vec![7; 200]), exif: Some(oriented(6)), ..Metadata::default() };
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
        // Written and read again, it is not turned twice.
        write_picture(&path, turned.clone(), Packing::default()).unwrap();
        assert_eq!(read_picture(&path, true).unwrap().pixels.dim(), (11, 7, 3), "{suffix}");
    }
}

#[test]
fn what_jpeg_has_no_room_for_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jpg");
    let metadata = |exif, icc| Metadata { exif: Some(vec![0; exif]), icc: Some(vec![0; icc]), ..Metadata::default() };
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
fn exif_that_is_lost_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let written = |suffix: &str, exif: &[u8]| {
        let path = folder.path().join(format!("a.{suffix}"));
        let metadata = Metadata { exif: Some(exif.to_vec()), ..Metadata::default() };
        let picture = Picture { metadata, ..Picture::from(Pixels::U8(image8(3))) };
        let notes = write_picture(&path, picture, Packing::default()).unwrap().notes;
        (read_picture(&path, true).unwrap().metadata.exif, notes)
    };
    let lost = vec!["BMP cannot hold EXIF: left out".to_string()];
    assert_eq!(written("bmp", &oriented(6)), (None, lost.clone()));
    // Without an orientation a picture is upright.
    assert_eq!(written("bmp", &oriented(1)), (None, Vec::new()));
    assert_eq!(written("bmp", b"nonsense"), (None, lost.clone()));
    // Metadata that no TIFF can hold count as well: XMP (0x02bc), alone and beside an upright orientation.
    let xmp = b"\xbc\x02\x01\0\x03\0\0\0xmp\0";
    let upright = b"\x12\x01\x03\0\x01\0\0\0\x01\0\0\0";
    // A maker (0x010f) of nine letters, which would lie beyond the end.
    let beyond = b"\x0f\x01\x02\0\x09\0\0\0\0\0\x01\0";
    let block = |entries: &[&[u8]]| {
        let count = [entries.len() as u8, 0];
        [b"II*\0\x08\0\0\0", &count[..], &entries.concat(), &[0; 4]].concat()
    };
    for entries in [&[&xmp[..]][..], &[upright, xmp], &[beyond]] {
        assert_eq!(written("bmp", &block(entries)), (None, lost.clone()), "{entries:?}");
    }
    assert_eq!(written("bmp", &block(&[])), (None, Vec::new()));
    let (kept, notes) = written("tif", &block(&[beyond, &oriented(6)[10..22]]));
    assert!(kept.is_some() && notes == ["what makes no sense in the EXIF block: left out"], "{notes:?}");
    assert_eq!(written("tif", &block(&[beyond])).1, ["the EXIF block makes no sense: left out"]);
    assert_eq!(written("tif", b"nonsense"), (None, vec!["the EXIF block makes no sense: left out".into()]));
    assert_eq!(written("png", b"nonsense"), (Some(b"nonsense".to_vec()), Vec::new()));
}

#[test]
fn a_description_of_the_file_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    // A description (0x010e), whose text follows the directory.
    let block = |text: &str| {
        let head = b"II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0".as_slice();
        [head, &(text.len() as u32).to_le_bytes(), &[26, 0, 0, 0], &[0; 4], text.as_bytes()].concat()
    };
    let note = "the description speaks of how the file was built, not of the picture: left out";
    for (text, notes) in [("ImageJ=1.11a\nimages=3\0", vec![note]), ("A cat at noon\0", vec![])] {
        let metadata = Metadata { exif: Some(block(text)), ..Metadata::default() };
        let picture = Picture { metadata, ..Picture::from(Pixels::U8(image8(3))) };
        assert_eq!(write_picture(&path, picture, Packing::default()).unwrap().notes, notes);
        assert_eq!(read_picture(&path, true).unwrap().metadata.exif.is_some(), notes.is_empty(), "{text}");
    }
}

/// Chunks of a PNG that describe colours; those that differ from sRGB are named in a note.
fn meaning() -> Vec<PngChunk> {
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    [
        (b"gAMA", numbers(&[100_000])),
        (b"cHRM", numbers(&[31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000])),
        (b"pHYs", [numbers(&[5669, 5670]), vec![1]].concat()),
    ]
    .map(|(kind, content)| PngChunk { kind: *kind, content })
    .to_vec()
}

#[test]
fn what_a_png_says_of_its_numbers_stays_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let metadata = Metadata { png: meaning(), ..Metadata::default() };
    let picture = |metadata: &Metadata| Picture { metadata: metadata.clone(), ..Picture::from(Pixels::U8(image8(3))) };
    let written = |name: &str, metadata: &Metadata| {
        write_picture(&path(name), picture(metadata), Packing::default()).unwrap().notes
    };
    assert_eq!(written("in.png", &metadata), [""; 0]);
    assert_eq!(read_picture(&path("in.png"), true).unwrap().metadata, metadata);
    // Row by row, and as a whole.
    for operator in ["blur", "superpixel-pool"] {
        done(filters(folder.path(), &[operator, "in.png", "out.png"]));
        assert_eq!(read_picture(&path("out.png"), true).unwrap().metadata, metadata, "{operator}");
    }
    let lost = "QOI cannot hold what the PNG says of its colours (gAMA, cHRM): left out";
    assert_eq!(written("out.qoi", &metadata), [lost]);
    // Values of sRGB need no note.
    let gamma = PngChunk { kind: *b"gAMA", content: 45_455u32.to_be_bytes().to_vec() };
    assert_eq!(written("out.qoi", &Metadata { png: vec![gamma], ..Metadata::default() }), [""; 0]);
    let intent = PngChunk { kind: *b"sRGB", content: vec![0] };
    assert_eq!(
        written("out.qoi", &Metadata { png: [vec![intent], meaning()].concat(), ..Metadata::default() }),
        [""; 0]
    );
    let points = PngChunk { kind: *b"cICP", content: vec![9, 16, 0, 1] };
    let both = Metadata { png: [vec![points], meaning()].concat(), ..Metadata::default() };
    assert_eq!(written("out.qoi", &both), [lost.replace("gAMA, cHRM", "cICP")]);
    // A turned picture has its pixels' size turned.
    let turned = Metadata { exif: Some(oriented(6)), png: meaning(), ..Metadata::default() };
    assert_eq!(written("turned.png", &turned), [""; 0]);
    let size = |auto_orient| read_picture(&path("turned.png"), auto_orient).unwrap().metadata.png[2].content.clone();
    assert_eq!(size(false)[..8], [0, 0, 0x16, 0x25, 0, 0, 0x16, 0x26]);
    assert_eq!(size(true)[..8], [0, 0, 0x16, 0x26, 0, 0, 0x16, 0x25]);
    // A chunk of a wrong length is skipped.
    let short = PngChunk { kind: *b"gAMA", content: Vec::new() };
    assert_eq!(written("short.png", &Metadata { png: vec![short], ..Metadata::default() }), [""; 0]);
    assert_eq!(read_picture(&path("short.png"), true).unwrap().metadata, Metadata::default());
    // A wrong checksum, and a second chunk of a kind: skipped.
    let mut bytes = std::fs::read(path("in.png")).unwrap();
    let place = bytes.windows(4).position(|name| name == b"gAMA").unwrap();
    let second = bytes[place - 4..place + 12].to_vec();
    bytes[place + 4] ^= 1;
    bytes.splice(place + 12..place + 12, second.repeat(2));
    std::fs::write(path("in.png"), bytes).unwrap();
    assert_eq!(read_picture(&path("in.png"), true).unwrap().metadata, metadata);
}
