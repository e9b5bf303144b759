//! All files that glassbox reads and writes.
//!
//! Input is checked before memory is allocated for it: [`npz`] archives of NumPy arrays, [`safetensors`], labelled
//! [`data`] sets, [pictures](read_picture) of nine formats. Output is written whole or not at all:
//! [`write_atomically`].
//! [`onnx`] and [`xlsx`] are only written.

mod array;
mod atomic;
mod by_library;
mod cmyk;
mod cmyk_jpeg;
pub mod data;
mod density;
mod error;
mod exif;
mod fit;
mod format;
mod gif;
mod guard;
mod in_place;
mod jpeg;
mod kind;
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
mod pnm;
mod read_picture;
pub mod safetensors;
mod sample;
mod tiff;
mod webp;
mod whole;
mod write_picture;
pub mod xlsx;

pub use crate::png::{MOST_ROW_BYTES, PngRows, PngWriter};
pub use atomic::{AtomicFile, check_writable, write_atomically};
pub use density::Density;
pub use error::Error;
pub use format::Format;
pub use guard::{GaveUp, guarded};
pub use in_place::InPlace;
pub use limit::MOST_PICTURE_BYTES;
pub use lock::FolderLock;
pub use metadata::{Metadata, PngChunk};
pub use part::remove_unfinished;
pub use paths::{Clash, check_outputs, is_same_file};
pub use picture::{Picture, Pixels};
pub use read_picture::{decode_picture, picture_size, read_picture, read_stream};
pub use write_picture::{Packing, Written, encode_picture, write_animation, write_picture};

/// A checksum (CRC-32) of lists of bytes, one after the other.
pub fn checksum(lists: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    lists.iter().for_each(|list| hasher.update(list));
    hasher.finalize()
}
