//! Order statistics of square windows: the median and every other rank.
//!
//! [`method`] is the one table that says which algorithm runs.

mod comparisons;
mod counting;
mod histogram;
mod network;
mod three_by_three;
mod tiles;
mod unroll;

use counting::Counting;
use histogram::{ColumnHistograms, SlidingHistogram};
use network::Network;
use tiles::Tiles;

use crate::Pixel;
use crate::operator::{Kernel, Rows, run_row};

/// Largest window side: the counts of its 255² numbers still fit in 16 bits.
pub(crate) const LARGEST: usize = 255;

/// How many rows below a window the median's row function may get: those of a tile.
pub(crate) const AHEAD: usize = tiles::AHEAD;

/// The algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// The only number of the window.
    Copy,
    /// Sorted columns in registers.
    ThreeByThree,
    /// A sorting network that is worked out at compile time.
    Network,
    /// Tiles of 4×4 windows that share merges of sorted lists.
    Tiles,
    /// Counting numbers below a threshold; without byte vectors, histograms of columns.
    Counting,
    /// A histogram for each column.
    Columns,
    /// One histogram that slides along the row.
    Sliding,
}

/// Which method is fastest for the median, by depth: up to which window side each is used.
///
/// Measured with `filters bench --only median:size=N`. Networks and tiles cost more for larger windows, but work on
/// whole vectors. Counting and histograms hardly cost more for larger ones. Only bytes can be counted, and only they
/// have few enough values for a histogram a column.
fn method<T: Pixel>(size: usize) -> Method {
    use Method::*;
    let table: &[(usize, Method)] = match (T::BINS, T::BINS_ARE_EXACT) {
        (256, _) => &[
            (1, Copy),
            (3, ThreeByThree),
            (9, Network),
            (15, Tiles),
            (counting::LARGEST, Counting),
            (LARGEST, Columns),
        ],
        (_, true) => &[(1, Copy), (3, ThreeByThree), (9, Network), (41, Tiles), (LARGEST, Sliding)],
        (_, false) => &[(1, Copy), (3, ThreeByThree), (9, Network), (47, Tiles), (LARGEST, Sliding)],
    };
    let found = table.iter().find(|(largest, _)| size <= *largest);
    found.unwrap_or_else(|| panic!("expected a size up to {LARGEST}, got {size}")).1
}

/// The median of a square window.
pub(crate) enum Median<T> {
    Copy,
    ThreeByThree(usize),
    Five(Network<T, 5>),
    Seven(Network<T, 7>),
    Nine(Network<T, 9>),
    Tiles(Tiles<T>),
    Ranked(Ranked<T>),
}

impl<T: Pixel> Median<T> {
    /// # Panics
    /// If the size is even or more than [`LARGEST`].
    pub(crate) fn new(size: usize, channels: usize) -> Self {
        assert!(size % 2 == 1, "expected an odd size, got {size}");
        match (method::<T>(size), size) {
            (Method::Copy, _) => Self::Copy,
            (Method::ThreeByThree, _) => Self::ThreeByThree(channels),
            (Method::Network, 5) if Network::<T, 5>::can(channels) => Self::Five(Network::new(channels)),
            (Method::Network, 7) if Network::<T, 7>::can(channels) => Self::Seven(Network::new(channels)),
            (Method::Network, 9) if Network::<T, 9>::can(channels) => Self::Nine(Network::new(channels)),
            (Method::Network | Method::Tiles, _) => Self::Tiles(Tiles::new(size, channels)),
            _ => Self::Ranked(Ranked::new(size, (size * size) as u32 / 2, channels)),
        }
    }
}

impl<T: Pixel> Kernel<T> for Median<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            Self::Copy => out.copy_from_slice(rows.get(0)),
            Self::ThreeByThree(channels) => three_by_three::row(*channels, rows, out),
            Self::Five(network) => run_row(network, rows, out),
            Self::Seven(network) => run_row(network, rows, out),
            Self::Nine(network) => run_row(network, rows, out),
            Self::Tiles(tiles) => run_row(tiles, rows, out),
            Self::Ranked(ranked) => run_row(ranked, rows, out),
        }
    }
}

/// Any rank of a square window: only counting and histograms find every rank.
pub(crate) enum Ranked<T> {
    Counting(Box<Counting>, ColumnHistograms<T>),
    Columns(ColumnHistograms<T>),
    Sliding(SlidingHistogram<T>),
}

impl<T: Pixel> Ranked<T> {
    /// # Panics
    /// If the size is more than [`LARGEST`].
    pub(crate) fn new(size: usize, rank: u32, channels: usize) -> Self {
        let columns = || ColumnHistograms::new(size, rank, channels);
        match (T::BINS, method::<T>(size)) {
            (256, Method::Columns) => Self::Columns(columns()),
            (256, _) => Self::Counting(Box::new(Counting::new(size, rank, channels)), columns()),
            _ => Self::Sliding(SlidingHistogram::new(size, rank, channels)),
        }
    }
}

impl<T: Pixel> Kernel<T> for Ranked<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            Self::Counting(counting, _) if rows.level().has_byte_vectors() => counting.row(rows, out),
            Self::Counting(_, columns) | Self::Columns(columns) => columns.row(rows, out),
            Self::Sliding(sliding) => sliding.row(rows, out),
        }
    }
}
