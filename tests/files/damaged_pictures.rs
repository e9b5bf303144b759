//! Picture files that are cut, lie about their size, or are of kinds that are not read.

use std::io::{Read, repeat};

use glassbox_formats::npz::Npz;
use glassbox_formats::{decode_picture, read_stream};

fn refusal(bytes: &[u8]) -> String {
    decode_picture(bytes, "in", true).unwrap_err().to_string()
}

#[test]
fn a_jpeg_that_is_cut_and_closed_again_is_refused() {
    let mut goldens = Npz::open("data/golden/pictures.npz".as_ref()).unwrap();
    for name in [
        "jpeg 444",
        "jpeg 420",
        "jpeg 420 restarts",
        "jpeg 420 apart",
        "jpeg 420 progressive",
        "jpeg progressive restarts",
        "jpeg progressive own scans",
        "jpeg grey",
    ] {
        let file = goldens.read::<u8>(&format!("{name}/file")).unwrap();
        let whole = file.as_slice();
        let data = whole.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap() + 14;
        for part in 1..20 {
            let mut cut = whole[..data + (whole.len() - data) * part / 20].to_vec();
            cut.truncate(cut.len() - usize::from(cut.ends_with(&[0xFF])));
            cut.extend([0xFF, 0xD9]);
            let told = refusal(&cut);
            assert!(told.starts_with("in: is ") && told.contains("cut short"), "{name}, {part} of 20: {told}");
        }
    }
}

#[test]
fn a_picture_that_its_data_cannot_fill_is_refused_by_their_length() {
    let side = 16_000u32;
    let (big, small) = (side.to_be_bytes(), (side as u16).to_le_bytes());
    let qoi = [b"qoif".as_slice(), &big, &big, &[4, 0], &[0xFD; 40], &[0, 0, 0, 0, 0, 0, 0, 1]].concat();
    let tga = |kind: u8| [&[0, 0, kind][..], &[0; 9], &small, &small, &[24, 0], &[0xFF; 40]].concat();
    let pnm = b"P6\n16000 16000\n255\nabc".to_vec();
    let gif = [
        b"GIF89a".as_slice(),
        &small,
        &small,
        &[0x80, 0, 0],
        &[9; 6],
        b"\x2c\0\0\0\0",
        &small,
        &small,
        b"\0\x02\x01.\0;",
    ];
    let told = refusal(&qoi);
    assert_eq!(told, "in: is cut short (qoi): 62 bytes cannot be 16000×16000 pixels");
    assert!(refusal(&pnm).contains("16000×16000 pixels need 768000000 bytes, found 3"), "{}", refusal(&pnm));
    assert!(refusal(&gif.concat()).contains("bytes cannot be 16000×16000 pixels"), "{}", refusal(&gif.concat()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tga");
    for kind in [2, 10] {
        std::fs::write(&path, tga(kind)).unwrap();
        let told = glassbox_formats::read_picture(&path, true).unwrap_err().to_string();
        assert!(told.ends_with("58 bytes cannot be 16000×16000 pixels"), "{told}");
    }
}

#[test]
fn metadata_that_the_file_does_not_hold_are_not_asked_for() {
    // EXIF of two gigabytes, after a lossless picture of 8×8 pixels.
    let head =
        b"VP8X\x0a\0\0\0\x08\0\0\0\x07\0\0\x07\0\0VP8L\x0a\0\0\0\x2f\x07\xc0\x01\0\0\0\0\0\0EXIF\xf0\xff\xff\x7f";
    let file = [b"RIFF\x44\0\0\0WEBP".as_slice(), head, &[0; 20]].concat();
    let _ = decode_picture(&file, "in", true);
    let mut exif = b"II*\0".to_vec();
    exif.resize(1 << 20, 0);
    let large = [b"EXIF\0\0\x10\0".as_slice(), &exif].concat();
    let file = [b"RIFF\xff\xff\xff\0WEBP".as_slice(), &head[..head.len() - 8], &large].concat();
    let found = decode_picture(&file, "in", true);
    assert!(found.is_err() || found.is_ok_and(|found| found.metadata.exif.is_some_and(|found| found.len() == 1 << 20)));
}

#[test]
fn messages_quote_little_of_a_file_and_nothing_of_the_library() {
    let pam = |line: &str| format!("P7\nWIDTH 1\n{line}\nENDHDR\n\0").into_bytes();
    assert_eq!(
        refusal(&pam("HEIGHT 1\nDEPTH x\x1b[2J")),
        "in: is damaged (pnm): DEPTH is a whole number, found \"x\\u{1b}[2J\""
    );
    let told = refusal(b"P7\nWIDTH 1\nHEIGHT 1\nTUPLTYPE GRAYSCALE\nENDHDR\n\0");
    assert_eq!(told, "in: is damaged (pnm): its header has no line DEPTH");
    let told = refusal(&pam(&format!("HEIGHT {}", "9".repeat(3000))));
    assert!(told.chars().count() < 280, "{told}");
    let told = refusal(&pam(&"N".repeat(65_000)));
    assert!(told.chars().count() < 280, "{told}");
    // A BMP of 5 bits a pixel, and a TGA of 12.
    let bmp =
        [b"BM".as_slice(), &[0; 8], &[54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 0], &[0; 40]].concat();
    assert!(!refusal(&bmp).contains(['{', '`']), "{}", refusal(&bmp));
}

#[test]
fn what_is_no_picture_is_not_read_to_its_end() {
    for byte in [0, b'x'] {
        let told = read_stream(repeat(byte), "in", true).unwrap_err().to_string();
        assert!(told.starts_with("in: is not a picture of a known format"), "{told}");
    }
    let told = read_stream(b"\0\0\0\x18ftypavif".chain(repeat(0)), "in", true).unwrap_err().to_string();
    assert!(told.starts_with("in: is an AVIF picture, which is not read; png, jpeg,"), "{told}");
}

#[test]
fn other_processes_of_jpeg_are_named() {
    let frame = |marker: u8, bits: u8| {
        [&[0xFF, 0xD8, 0xFF, marker, 0, 11, bits, 0, 8, 0, 8, 1, 1, 0x11, 0][..], &[0xFF, 0xD9]].concat()
    };
    assert_eq!(refusal(&frame(0xC3, 8)), "in: is a lossless JPEG, which is not read");
    assert_eq!(refusal(&frame(0xC9, 8)), "in: is a JPEG with arithmetic coding, which is not read");
    assert_eq!(refusal(&frame(0xC1, 12)), "in: is a JPEG of more than 8 bits, which is not read");
}
