//! Order statistics by histograms: their cost hardly grows with the window.

mod columns;
mod sliding;

pub(super) use columns::ColumnHistograms;
pub(super) use sliding::SlidingHistogram;
