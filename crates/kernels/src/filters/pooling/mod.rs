//! Poolings: many pixels become one.
//!
//! Most slide a window over the picture (shared/pool_window.rs). Some cut the picture into regions
//! (shared/pool_regions.rs). The rest need the whole picture.
//!
//! Some methods of the review arXiv 2009.07485 make sense only inside a net, and are left out: multi-scale orderless
//! pooling, PCA networks, intermap pooling, compact bilinear pooling, lead asymmetric pooling.

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
