//! All files that glassbox reads and writes.
//!
//! Input is checked before memory is allocated for it: [`npz`] archives of NumPy arrays, [`safetensors`], labelled
//! [`data`] sets, [pictures](read_picture) of nine formats. Output is written whole or not at all: [`write_atomically`].
//! [`onnx`] is only written.

mod array;
mod atomic;
mod cmyk;
mod cmyk_jpeg;
pub mod data;
mod error;
mod exif;
mod fit;
mod format;
mod limit;
mod lock;
mod metadata;
mod npy;
pub mod npz;
mod numbers;
pub mod onnx;
mod open;
mod orient;
mod part;
mod paths;
mod picture;
mod png;
mod read_picture;
pub mod safetensors;
mod sample;
mod tiff;
mod whole;
mod write_picture;

pub use crate::png::{MOST_ROW_BYTES, PngRows, PngWriter};
pub use atomic::{AtomicFile, check_writable, write_atomically};
pub use error::Error;
pub use format::Format;
pub use limit::{MOST_PICTURE_BYTES, picture_bytes};
pub use lock::FolderLock;
pub use metadata::{Metadata, PngChunk};
pub use part::remove_unfinished;
pub use paths::{Clash, check_outputs, is_same_file};
pub use picture::{Picture, Pixels};
pub use read_picture::{decode_picture, read_picture};
pub use write_picture::{Packing, Written, encode_picture, write_animation, write_picture};

/// A checksum (CRC-32) of lists of bytes, one after the other.
pub fn checksum(lists: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    lists.iter().for_each(|list| hasher.update(list));
    hasher.finalize()
}
