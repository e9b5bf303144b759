//! Forward and backward through a whole net.

mod evaluate;
mod look;
mod progress;
mod propagation;
mod segment;
mod trace;
mod workspace;

pub(crate) use evaluate::check_finite;
pub use evaluate::{Evaluation, argmax, evaluate};
pub(crate) use look::look;
pub use progress::Progress;
pub use trace::{Gradients, Loops, Trace};
pub use workspace::Workspace;
