//! Poolings: a picture made smaller, or its parts summed up.
//!
//! Most look at a window that goes over the picture (window.rs); some at bins of the picture, however large it is (bins.rs); the rest at the
//! whole of it.
//!
//! Of the methods that arXiv 2009.07485 reviews, these make sense only inside a net and are left to nets: multi-scale orderless pooling, PCA
//! networks, intermap pooling, compact bilinear pooling, lead asymmetric pooling.

pub(super) mod adaptive;
pub(super) mod avg;
pub(super) mod edge_pyramid;
pub(super) mod fractional;
pub(super) mod genetic;
pub(super) mod global;
pub(super) mod lp;
pub(super) mod max;
pub(super) mod median;
pub(super) mod min;
pub(super) mod mixed;
pub(super) mod ordinal;
pub(super) mod pixel_pyramid;
pub(super) mod pyramid;
pub(super) mod rank;
pub(super) mod roi;
pub(super) mod soft;
pub(super) mod spectral;
pub(super) mod stochastic;
pub(super) mod superpixel;
pub(super) mod weighted;
