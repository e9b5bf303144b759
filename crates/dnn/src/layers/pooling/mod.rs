//! Poolings: a window of numbers in, one number out, channel by channel.

mod adaptive_pool;
mod avg_pool;
mod global_pool;
mod lp_pool;
mod max_pool;
mod mixed_pool;
mod rule;
mod stochastic_pool;

pub use adaptive_pool::AdaptivePool;
pub(super) use avg_pool::AvgPool;
pub use global_pool::GlobalPool;
pub(super) use lp_pool::LpPool;
pub(super) use max_pool::MaxPool;
pub(super) use mixed_pool::MixedPool;
pub(super) use stochastic_pool::StochasticPool;
