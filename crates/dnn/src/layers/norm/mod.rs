//! Normalisation.

mod batch_norm;
mod group_norm;
mod loops;

pub use batch_norm::BatchNorm;
pub use group_norm::GroupNorm;
