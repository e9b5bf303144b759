//! What the poolings of regions share: sides of a picture cut into a fixed number of regions.

use std::ops::Range;

use super::parameters::{Arguments, Parameter, Values};
use super::plain::{greatest, mean};
use crate::Reduce;

/// Region `i` of `count` along a side of `length` pixels: from `⌊i·length/count⌋` to before `⌈(i+1)·length/count⌉`.
pub(in crate::filters) fn region(i: usize, count: usize, length: usize) -> Range<usize> {
    let border = |i: usize| i as f64 * length as f64 / count as f64;
    border(i).floor() as usize..border(i + 1).ceil() as usize
}

impl Reduce {
    /// One number from those of a region.
    pub(in crate::filters) fn formula(self, region: &[f64]) -> f64 {
        match self {
            Self::Max => greatest(region),
            Self::Mean => mean(region),
        }
    }
}

pub(in crate::filters) const REDUCE: Parameter = Parameter {
    name: "reduce",
    default: "max",
    values: Values::Choice(&["max", "mean"]),
    help: "max or mean of the pixels of each region",
};

impl Reduce {
    pub(in crate::filters) fn from_arguments(arguments: &Arguments) -> Self {
        if arguments.text("reduce") == "mean" { Self::Mean } else { Self::Max }
    }

    /// The name of the filter that does the same with a square around each pixel.
    pub(in crate::filters) fn around(self) -> &'static str {
        match self {
            Self::Max => "dilate",
            Self::Mean => "blur",
        }
    }
}

/// All regions of a side, in whole numbers. If `count` does not divide `length`, neighbours overlap by a pixel.
pub(in crate::filters) fn regions(length: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|i| i * length / count..((i + 1) * length).div_ceil(count)).collect()
}
