//! The only door of glassbox to files.
//!
//! What comes in is checked before memory is asked for: [`npz`] archives of NumPy arrays, [`mnist`] data sets, [pictures](read_picture)
//! of nine formats. What goes out goes out whole or not at all: [`write_atomically`].

mod atomic;
mod error;
pub mod mnist;
mod npy;
pub mod npz;
mod picture;
mod read_picture;
mod write_picture;

pub use atomic::write_atomically;
pub use error::Error;
