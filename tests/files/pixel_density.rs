//! How densely pixels lie, through every format that can say it.

use std::path::Path;

use glassbox_formats::{Density, Metadata, Packing, Picture, Pixels, read_picture, write_picture};

use crate::support::pictures::image8;

const SAY_IT: [&str; 4] = ["png", "jpg", "tif", "bmp"];

fn write(path: &Path, metadata: Metadata) -> Vec<String> {
    let picture = Picture { metadata, ..Picture::from(Pixels::U8(image8(3))) };
    write_picture(path, picture, Packing::default()).unwrap().notes
}

fn dpi(across: f64, down: f64) -> Metadata {
    Metadata { density: Some(Density { across, down, is_absolute: true }), ..Metadata::default() }
}

#[test]
fn every_pair_of_formats_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    for (across, down) in [(300.0, 300.0), (72.0, 72.0), (200.0, 100.0), (254.0, 254.0)] {
        for (first, second) in SAY_IT.iter().flat_map(|a| SAY_IT.map(|b| (*a, b))) {
            let [one, two] = [first, second].map(|suffix| folder.path().join(format!("{first}-{second}.{suffix}")));
            assert_eq!(write(&one, dpi(across, down)), [""; 0], "{first}");
            let read = read_picture(&one, true).unwrap();
            assert_eq!(write(&two, read.metadata), [""; 0], "{first} to {second}");
            let found = read_picture(&two, true).unwrap().metadata.density.unwrap();
            let near = |a: f64, b: f64| (a - b).abs() < 0.02;
            assert!(
                found.is_absolute && near(found.across, across) && near(found.down, down),
                "{first} to {second}: {found:?} of {across}×{down}"
            );
        }
    }
}

#[test]
fn files_say_it_as_their_formats_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = |suffix: &str| {
        let path = folder.path().join(format!("a.{suffix}"));
        write(&path, dpi(300.0, 150.0));
        std::fs::read(path).unwrap()
    };
    let holds = |file: Vec<u8>, bytes: &[u8]| file.windows(bytes.len()).any(|part| part == bytes);
    assert!(holds(file("jpg"), b"JFIF\0\x01\x02\x01\x01\x2c\0\x96"));
    // 300 / 0.0254 = 11811.02 and 150 / 0.0254 = 5905.51 pixels a metre.
    assert!(holds(file("png"), b"pHYs\0\0\x2e\x23\0\0\x17\x12\x01"));
    assert_eq!(file("bmp")[38..46], *b"\x23\x2e\0\0\x12\x17\0\0");
    // Entries 282, 283 and 296: fractions, and the unit 2, an inch.
    assert!(holds(file("tif"), &[0x2c, 1, 0, 0, 1, 0, 0, 0]) && holds(file("tif"), b"\x28\x01\x03\0\x01\0\0\0\x02\0"));
}

#[test]
fn what_cannot_say_it_has_a_note() {
    let folder = tempfile::tempdir().unwrap();
    for (suffix, format) in [("gif", "GIF"), ("ppm", "PPM"), ("qoi", "QOI"), ("tga", "TGA"), ("webp", "WebP")] {
        let notes = write(&folder.path().join(format!("a.{suffix}")), dpi(300.0, 300.0));
        assert!(notes.contains(&format!("{format} cannot hold the size of a pixel (300 dpi): left out")), "{notes:?}");
    }
    let ratio = Density { across: 1.0, down: 2.0, is_absolute: false };
    let notes = write(&folder.path().join("a.bmp"), Metadata { density: Some(ratio), ..Metadata::default() });
    assert_eq!(notes, ["BMP cannot hold the size of a pixel (pixels of 2:1): left out"]);
    for suffix in ["png", "jpg", "tif"] {
        let path = folder.path().join(format!("ratio.{suffix}"));
        assert_eq!(write(&path, Metadata { density: Some(ratio), ..Metadata::default() }), [""; 0]);
        assert_eq!(read_picture(&path, true).unwrap().metadata.density, Some(ratio), "{suffix}");
    }
}
