//! Vector instructions, memory and a signal: the only crate of the workspace in which `unsafe` may stand.
//!
//! Kernels and layers are plain safe loops. The compiler turns them into vector instructions, once for each [`Level`]:
//! for the baseline that every processor of the target has, and for the wider sets that a processor may have. A
//! [`Task`] is such a loop with its arguments, and [`dispatch`] runs it at a level.
//!
//! A task gives the same bits at every level: Rust neither reorders nor fuses floating-point operations, so wider
//! registers only do more of the same operations at a time. Tasks on [`FloatVectors`] are the exception: they fuse.

mod aligned;
mod byte_vectors;
mod dispatch;
mod float_vectors;
mod large_pages;
mod level;
mod memory;
mod numbers;
mod registers;
mod signals;
mod vectors;

pub use aligned::{Aligned, CACHE_LINE, OnLines};
pub use byte_vectors::{ByteVectors, Bytes, Mask, Words};
pub use dispatch::{Task, dispatch, dispatch_with};
pub use float_vectors::{FloatTask, FloatVectors, Floats};
pub use large_pages::LargePages;
pub use level::Level;
pub use memory::{chunk_starts, fence, prefetch_ahead, store_nontemporal, to_line};
pub use numbers::{count_at_most, greater, nearest_whole, smaller};
pub use registers::Register;
pub use signals::ignore_file_size_signal;
pub use vectors::{Arrays, Vectors};
