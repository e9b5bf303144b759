//! Regions: a side of a picture cut into a fixed number of parts, however long it is.

use std::ops::Range;

use super::parameters::{Arguments, Parameter, Values};
use crate::Reduce;

pub(in crate::filters) const REDUCE: Parameter = Parameter {
    name: "reduce",
    default: "max",
    values: Values::Choice(&["max", "mean"]),
    help: "max or mean of the pixels brought together",
};

impl Reduce {
    pub(in crate::filters) fn from_arguments(arguments: &Arguments) -> Self {
        if arguments.text("reduce") == "mean" { Self::Mean } else { Self::Max }
    }

    /// The operator that does the same with a square around each pixel.
    pub(in crate::filters) fn around(self) -> &'static str {
        match self {
            Self::Max => "dilate",
            Self::Mean => "blur",
        }
    }
}

/// `count` parts of a side, `⌊i·length/count⌋ … ⌈(i+1)·length/count⌉`: neighbours overlap by a pixel where it does not divide.
pub(in crate::filters) fn parts(length: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|i| i * length / count..((i + 1) * length).div_ceil(count)).collect()
}
