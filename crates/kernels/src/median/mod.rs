//! Order statistics: the middle of a window's numbers, or that of another rank, by sorting networks, by counting or by histograms.
//!
//! A network's cost grows with the window's area but it works on whole vectors. So does counting, whose cost hardly grows, but depends on how many
//! different results stand side by side; it is for 8 bits. A histogram's cost hardly grows either, but it works on one number
//! at a time. [`most_by_network`] and [`Ranked`] say from measurements where one overtakes the other.

mod columns;
mod counting;
mod layout;
mod merges;
mod plan;
mod recent;
mod sliding;
pub(crate) mod three;
mod tiled;
mod tiling;
mod unrolled;
mod windows;

use crate::Pixel;
use crate::filter::{Kernel, Rows};
use columns::ColumnHistograms;
use counting::Counting;
use sliding::SlidingHistogram;
pub(crate) use tiled::{AHEAD, Tiled};
pub(crate) use unrolled::Unrolled;

/// Largest window side: the counts of its 255² numbers still fit in 16 bits.
pub(crate) const LARGEST: usize = 255;

/// The largest window side for which comparisons are the faster way, from `filters bench --only median:size=N`.
pub(crate) fn most_by_network<T: Pixel>() -> usize {
    match (T::BINS, T::BINS_ARE_EXACT) {
        (256, _) => 15,
        (_, true) => 41,
        // Bins of many numbers each are searched through.
        (_, false) => 47,
    }
}

/// The number of a certain rank of a square window.
pub(crate) enum Ranked<T> {
    /// Of 8 bits, with lanes.
    Counted(Box<Counting>, ColumnHistograms<T>),
    Columns(ColumnHistograms<T>),
    Sliding(SlidingHistogram<T>),
}

impl<T: Pixel> Ranked<T> {
    /// # Panics
    /// If the size is more than [`LARGEST`].
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        assert!(size <= LARGEST, "expected a size up to {LARGEST}, got {size}");
        let columns = || ColumnHistograms::new(size, rank, channels);
        match T::BINS {
            256 if size <= counting::LARGEST => Self::Counted(Box::new(Counting::new(size, rank, channels)), columns()),
            256 => Self::Columns(columns()),
            _ => Self::Sliding(SlidingHistogram::new(size, rank, channels)),
        }
    }
}

impl<T: Pixel> Kernel<T> for Ranked<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            Self::Counted(counting, _) if rows.level().has_byte_vectors() => counting.row(rows, out),
            Self::Counted(_, columns) | Self::Columns(columns) => columns.row(rows, out),
            Self::Sliding(sliding) => sliding.row(rows, out),
        }
    }
}
