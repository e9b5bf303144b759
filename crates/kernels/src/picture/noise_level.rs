use glassbox_tensor::Image;

use super::immerkaer;

/// The side of the blocks.
const SIDE: usize = 16;

/// The share of the blocks that are quieter than the one that tells the level.
const QUIETER: f64 = 0.1;

/// What the block at that place tells of white noise, as a share of its level, in 90000 blocks of it.
const QUIET_SHARE: f64 = 0.8777;

/// The share of pixels that may be black or white in a block: noise is cut off there.
const CUT_OFF: usize = 10;

/// Blocks that must be left to tell by them.
const FEWEST: usize = 9;

/// An estimate of the standard deviation of the noise in a picture that is sharp elsewhere, too:
/// [`immerkaer`] over blocks of 16×16 pixels, of which the tenth part is quieter, divided by 0.8777.
///
/// The blocks with the least structure tell the noise; the whole picture would tell the noise and the structure. Blocks
/// in which more than a tenth of the pixels is black or white are left out. Of less than nine blocks the whole picture
/// tells the level; none of less than 3×3 pixels.
///
/// # Shape
/// `[height, width, 1]`, 0 … 1
///
/// ```
/// use glassbox_kernels::{immerkaer, noise_level};
/// use glassbox_tensor::Image;
/// // A flat half tells that there is no noise, whatever is in the other.
/// let picture = Image::from_fn([64, 128, 1], |(y, x, _)| if x < 64 || (x + y) % 2 == 0 { 0.5 } else { 0.6 });
/// assert_eq!(noise_level(&picture), Some(0.0));
/// assert!(immerkaer(&picture) > Some(0.03));
/// ```
pub fn noise_level(picture: &Image<f32>) -> Option<f64> {
    let (height, width, _) = picture.dim();
    let mut levels = Vec::new();
    for top in (0..height.saturating_sub(SIDE - 1)).step_by(SIDE) {
        for left in (0..width.saturating_sub(SIDE - 1)).step_by(SIDE) {
            let block = Image::from_fn([SIDE, SIDE, 1], |(y, x, _)| picture.line(top + y)[left + x]);
            let cut_off = block.as_slice().iter().filter(|value| **value <= 0.0 || **value >= 1.0).count();
            if cut_off * CUT_OFF <= SIDE * SIDE {
                levels.extend(immerkaer(&block));
            }
        }
    }
    if levels.len() < FEWEST {
        return immerkaer(picture);
    }
    let place = (QUIETER * levels.len() as f64) as usize;
    Some(*levels.select_nth_unstable_by(place, f64::total_cmp).1 / QUIET_SHARE)
}
