//! What several filters are made of, and their parameters.

pub(super) mod convolution;
pub(super) mod edges;
pub(super) mod extreme;
pub(super) mod gimp;
pub(super) mod gradient;
pub(super) mod parameters;
pub(super) mod plain;
pub(super) mod pool_regions;
pub(super) mod pool_window;
pub(super) mod random;
pub(super) mod response;
pub(super) mod signed;
pub(super) mod small_mean;
pub(super) mod smooth;
