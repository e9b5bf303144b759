//! Pictures to test with.

use std::path::Path;

use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::{Element, Image};

pub(crate) fn image8(channels: usize) -> Image<u8> {
    Image::from_fn([7, 11, channels], |(y, x, c)| (y * 36 + x * 23 + c * 61) as u8)
}

pub(crate) fn image16(channels: usize) -> Image<u16> {
    Image::from_fn([7, 11, channels], |(y, x, c)| (y * 9000 + x * 977 + c * 311) as u16)
}

/// A PNG that announces this size and has no rows.
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

pub(crate) fn noise<T: Element>(height: usize, width: usize, channels: usize, convert: impl Fn(u32) -> T) -> Image<T> {
    let mut state = 7u32;
    Image::from_fn([height, width, channels], |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        convert(state >> 16)
    })
}

pub(crate) fn write(path: &Path, pixels: Pixels) {
    write_picture(path, Picture::from(pixels), Packing::default()).unwrap();
}
