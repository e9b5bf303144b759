//! Forward and backward through a whole net.

mod evaluate;
mod segment;
mod workspace;

pub(crate) use evaluate::feature;
pub use evaluate::{Evaluation, argmax, evaluate, features};
pub use workspace::Workspace;
