use glassbox_tensor::Image;

use super::{Damage, enlarged, shrunk};
use crate::data::Draws;

/// Half the size: the net is shown the small picture, and gives what bicubic enlargement lacks.
///
/// `shown = shrunk(x)`, `target = x − enlarged(shrunk(x))`
///
/// Source: C. Dong et al., *Accelerating the super-resolution convolutional neural network* (2016); W. Shi et al.,
/// *Real-time single image and video super-resolution* (2016), for the answer as [`depth-to-space`] of small maps.
///
/// [`depth-to-space`]: crate::layers::DepthToSpace
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enlarge;

impl Damage for Enlarge {
    fn planes(&self) -> usize {
        1
    }

    fn scale(&self) -> usize {
        2
    }

    fn spoil(&self, clean: &[f32], side: usize, _draws: &mut Draws, input: &mut [f32], target: &mut [f32]) {
        let clean = Image::from_vec([2 * side, 2 * side, 1], clean.to_vec()).expect("twice the side");
        let small = shrunk(&clean);
        input.copy_from_slice(small.as_slice());
        for ((target, clean), base) in target.iter_mut().zip(clean.as_slice()).zip(enlarged(&small).as_slice()) {
            *target = clean - base;
        }
    }

    fn example(&self, clean: &Image<f32>, _draws: &mut Draws) -> Image<f32> {
        shrunk(clean)
    }

    fn show(&self, pixel: f32, shown: &mut [f32]) {
        shown[0] = pixel;
    }

    fn base(&self, damaged: &Image<f32>) -> Image<f32> {
        enlarged(damaged)
    }
}
