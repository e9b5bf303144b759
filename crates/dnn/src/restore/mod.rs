//! Nets that mend pictures: what they are shown, and what their answer is added to.
//!
//! A restoring net is taught what must be added to a damaged picture, a channel at a time:
//! `mended = base + net(shown)`.

mod bicubic;
mod denoise;
mod enlarge;
mod mender;
mod restorer;
mod tiles;
mod trial;

pub use bicubic::{enlarged, shrunk};
pub use denoise::Denoise;
pub use enlarge::Enlarge;
pub use mender::{Mended, Mender};
pub use restorer::Restorer;
pub(crate) use tiles::step;
pub use trial::{Attempt, Trial};

use std::fmt::Debug;

use glassbox_tensor::Image;

use crate::data::Draws;

/// A way in which pictures suffer, and how a net is shown it.
pub trait Damage: Debug + Sync {
    /// The numbers of a pixel that the net is shown.
    fn planes(&self) -> usize;

    /// How many times as high and wide the mended picture is.
    fn scale(&self) -> usize {
        1
    }

    /// Damages a clean patch: writes what the net is shown, and what must be added to mend it.
    ///
    /// # Shape
    /// `clean` `[side·scale, side·scale]`, 0 … 1 → `input` `[side, side, planes]`, `target` `[side·scale, side·scale]`
    fn spoil(&self, clean: &[f32], side: usize, draws: &mut Draws, input: &mut [f32], target: &mut [f32]);

    /// The damaged picture that a score is measured with.
    ///
    /// # Shape
    /// `[height·scale, width·scale, 1]` → `[height, width, 1]`
    fn example(&self, clean: &Image<f32>, draws: &mut Draws) -> Image<f32>;

    /// What the net is shown of a pixel.
    fn show(&self, pixel: f32, shown: &mut [f32]);

    /// What the net's answer is added to.
    ///
    /// # Shape
    /// `[height, width, 1]` → `[height·scale, width·scale, 1]`
    fn base(&self, damaged: &Image<f32>) -> Image<f32>;
}
