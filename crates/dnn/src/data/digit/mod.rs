//! Pictures of a hand-drawn digit (photographs, scans, drawings) made like those of MNIST.
//!
//! | step | what it finds | file |
//! |---|---|---|
//! | paper | how bright the paper is under the ink: a closing | `paper.rs` |
//! | ink | the share of the paper's light that is missing; what is more than noise | `ink.rs` |
//! | lines | frames, boxes, ruled lines; taken out | `lines.rs` |
//! | pieces | connected pieces; those of the digit kept | `pieces.rs` |
//! | mark | the four steps in turn, for dark ink | `mark.rs` |
//! | side | dark ink or light; a sheet on a desk | `side.rs`, `measures.rs` |
//! | fit | contrast, stroke width, 20×20, centre of mass | `fit.rs` |

mod field;
mod fit;
mod ink;
mod lines;
mod mark;
mod measures;
mod paper;
mod pieces;
mod side;

use glassbox_kernels::resample;
use glassbox_tensor::{Batch, Image};

use field::{Mask, Plane};

/// Longest side of the picture that is looked at; larger ones are scaled down.
const LONGEST: usize = 400;
/// Difference between the darkest and the lightest pixel, of 0 … 1, below which a picture counts as blank.
const BLANK: f32 = 0.02;

/// Why a picture cannot be prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// There is nothing on it.
    #[error("no digit found: the picture is blank")]
    Blank,
    /// There is something on it, but no mark.
    #[error("no digit found: nothing on the picture stands out from its paper as one mark")]
    NoMark,
}

/// A digit made like a picture of MNIST, and how it was found.
///
/// All pictures but the digit are as large as the one that was looked at: at most 400 pixels a side.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// `[1, 28, 28, 1]`, ink 255 on 0.
    pub digit: Batch<u8>,
    /// The picture in grey, 0 … 1.
    pub grey: Image<f32>,
    /// How bright the paper is under the ink, 0 … 1.
    pub paper: Image<f32>,
    /// How much ink there is: the share of the paper's light that is missing, 0 … 1.
    pub ink: Image<f32>,
    /// 1 where the digit is.
    pub kept: Image<u8>,
    /// 1 where other ink is: lines, specks, what touches the rim.
    pub dropped: Image<u8>,
    /// Top, left, height and width of the digit's box.
    pub area: [usize; 4],
    /// Whether the ink is lighter than the paper.
    pub is_light: bool,
    /// Whether there is another mark of about the same size.
    pub has_rival: bool,
}

/// Prepares a grey picture of one digit as MNIST was prepared: ink light on dark, cropped to its box, scaled into
/// 20×20 with its proportions kept, and placed in 28×28 so that its centre of mass is in the middle.
///
/// Dark on light or light on dark. Uneven light, a sheet on a desk, frames, ruled lines, specks and what is cut at the
/// rim are left out.
///
/// # Shape
/// `[height, width, 1]`, 0 … 1 → `[1, 28, 28, 1]`, 0 … 255
///
/// # Errors
/// [`PrepareError::Blank`] if nothing is on the picture, [`PrepareError::NoMark`] if nothing on it is like a digit.
///
/// ```
/// use glassbox_dnn::prepare;
/// use glassbox_tensor::Image;
/// // A dark bar on light paper: a 1.
/// let is_bar = |y, x| (10..50).contains(&y) && (18..22).contains(&x);
/// let picture = Image::from_fn([60, 40, 1], |(y, x, _)| if is_bar(y, x) { 0.2 } else { 0.9 });
/// let prepared = prepare(&picture).unwrap();
/// assert_eq!(prepared.area, [10, 18, 40, 4]);
/// assert_eq!(prepared.digit[[0, 14, 14, 0]], 255);
/// ```
///
/// Source: Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*.
pub fn prepare(grey: &Image<f32>) -> Result<Prepared, PrepareError> {
    // Floating-point pictures may hold anything.
    let grey = &grey.map(|value| if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) });
    let darkest = grey.iter().copied().fold(1.0, f32::min);
    let lightest = grey.iter().copied().fold(0.0, f32::max);
    if lightest - darkest < BLANK {
        return Err(PrepareError::Blank);
    }
    let grey = Plane::of_image(&within(grey, LONGEST));
    // What is too faint for paper and noise to be told apart is looked at in its full contrast.
    let stretched = || grey.map(|value| (value - darkest) / (lightest - darkest));
    let found = side::find(&grey).or_else(|| side::find(&stretched())).ok_or(PrepareError::NoMark)?;
    let mark = &found.mark;
    let image = |mask: &Mask| Image::from_fn([mask.height, mask.width, 1], |(y, x, _)| u8::from(mask.at(y, x)));
    let paper = if found.is_light { mark.paper.map(|value| 1.0 - value) } else { mark.paper.clone() };
    Ok(Prepared {
        digit: fit::fit(mark),
        grey: grey.to_image(),
        paper: paper.to_image(),
        ink: mark.ink.map(|ink| ink.clamp(0.0, 1.0)).to_image(),
        kept: image(&mark.mask),
        dropped: image(&mark.others),
        area: [mark.area.top, mark.area.left, mark.area.height(), mark.area.width()],
        is_light: found.is_light,
        has_rival: mark.has_rival,
    })
}

/// The picture scaled down so that no side is longer than `longest`.
fn within(grey: &Image<f32>, longest: usize) -> Image<f32> {
    let size = grey.height().max(grey.width());
    if size <= longest {
        return grey.clone();
    }
    let side = |side: usize| ((side as f32 * longest as f32 / size as f32).round() as usize).max(1);
    resample(grey, side(grey.height()), side(grey.width()))
}
