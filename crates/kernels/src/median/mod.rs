//! Order statistics: the middle of a window's numbers, by sorting networks or by histograms.
//!
//! A network's cost grows with the window but it works on whole vectors; a histogram's hardly grows, but it works on one
//! number at a time. [`most_by_network`] says from measurements where one overtakes the other.

mod columns;
mod network;
mod plan;
mod sliding;
pub(crate) mod three;
mod unrolled;

pub(crate) use columns::ColumnHistograms;
pub(crate) use network::Network;
pub(crate) use sliding::SlidingHistogram;
pub(crate) use unrolled::Unrolled;

/// Largest window side: the counts of its 255² numbers still fit in 16 bits.
pub(crate) const LARGEST: usize = 255;

/// The largest window side for which the network is the faster way, from `filters bench --only median:size=N`.
pub(crate) fn most_by_network(bins: usize) -> usize {
    if bins <= 256 { 13 } else { 41 }
}
