//! What nets are taught, a file each: inputs and their targets, and what the answers are worth.

mod classes;
mod desks;
mod flow;
mod patches;
mod score;

pub use classes::Classes;
pub use flow::Flow;
pub use patches::Patches;
pub use score::Score;

use std::fmt::Debug;

use crate::losses::Loss;
use crate::pass::Pass;
use crate::{Error, Net, Real};

/// Something that a net is taught by examples, each an input and the target of its output. They may be drawn anew in
/// each step.
pub trait Task<T: Real>: Debug + Sync {
    /// The samples of an epoch.
    fn samples(&self) -> usize;

    /// Checks that a net takes these inputs and gives as many numbers as a target has.
    ///
    /// # Errors
    /// If it does not; the message says what is needed.
    fn check(&self, net: &Net<T>) -> Result<(), Error>;

    /// Writes the inputs and the targets of the chosen samples; what is drawn depends on the pass's seed and step.
    ///
    /// # Shape
    /// `chosen` `n`, each below [`samples`](Self::samples); `input` `[n, inputs]`, `target` `[n, outputs]`
    fn fill(&self, chosen: &[u32], pass: Pass, input: &mut [T], target: &mut [T]);

    /// Writes inputs as those that the net will answer to: without the random changes that help it to learn.
    ///
    /// # Shape
    /// As in [`fill`](Self::fill).
    fn fill_unchanged(&self, chosen: &[u32], pass: Pass, input: &mut [T]);

    /// How many of the chosen samples these outputs get right; 0 where there is no right and wrong.
    fn hits(&self, _chosen: &[u32], _outputs: &[T]) -> usize {
        0
    }

    /// What the net's answers to all samples are worth.
    ///
    /// # Errors
    /// If an answer is not a number.
    fn score(&self, net: &Net<T>, loss: &dyn Loss<T>) -> Result<Score, Error>;
}
