//! Helpers of several tests.

pub(crate) mod mutations;
pub(crate) mod nets;
pub(crate) mod npz;
pub(crate) mod operators;
pub(crate) mod pictures;
pub(crate) mod programs;
pub(crate) mod sets;
pub(crate) mod spreadsheet;
