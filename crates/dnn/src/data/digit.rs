use glassbox_kernels::resample;
use glassbox_tensor::{Batch, Image};

/// Side of the box that MNIST fits a digit into.
const BOX: usize = 20;
/// Side of an MNIST picture.
const SIDE: usize = 28;
/// Ink below this share of the darkest is taken for paper when the digit's box is looked for.
const FAINT: f32 = 0.2;
/// Difference between ink and paper, of 0 … 1, below which a picture counts as blank.
const BLANK: f32 = 0.02;

/// Why a picture cannot be prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// There is nothing on it.
    #[error("no digit found: the picture is blank")]
    Blank,
}

/// Prepares a grey picture of one digit as MNIST was prepared: ink light on dark, cropped to its box, scaled into
/// 20×20 with its proportions kept, and placed in 28×28 so that its centre of mass is in the middle.
///
/// Dark on light or light on dark: what the picture's rim is made of counts as paper.
///
/// # Shape
/// `[height, width, 1]`, 0 … 1 → `[1, 28, 28, 1]`, 0 … 255
///
/// # Errors
/// [`PrepareError::Blank`] if nothing stands out from the rim.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*.
pub fn prepare(grey: &Image<f32>) -> Result<Batch<u8>, PrepareError> {
    // Floating-point pictures may hold anything.
    let grey = &grey.map(|value| if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) });
    let paper = rim_median(grey);
    let signed = grey.map(|value| value - paper);
    // The side on which the digit differs more from the paper is the ink's.
    let (darkest, lightest) = signed.as_slice().iter().fold((0f32, 0f32), |(low, high), &v| (low.min(v), high.max(v)));
    let contrast = lightest.max(-darkest);
    if contrast < BLANK {
        return Err(PrepareError::Blank);
    }
    let sign = if lightest >= -darkest { 1.0 } else { -1.0 };
    let ink = signed.map(|value| (sign * value / contrast).max(0.0));
    let (top, left, height, width) = ink_box(&ink);
    let crop = Image::from_fn([height, width, 1], |(y, x, _)| ink[[top + y, left + x, 0]]);
    let scale = BOX as f32 / height.max(width) as f32;
    let fit = |side: usize| ((side as f32 * scale).round() as usize).clamp(1, BOX);
    let small = resample(&crop, fit(height), fit(width));
    Ok(centred(&small))
}

/// The median of the outermost pixels.
fn rim_median(grey: &Image<f32>) -> f32 {
    let (height, width) = (grey.height(), grey.width());
    let on_rim = |y: usize, x: usize| y == 0 || x == 0 || y + 1 == height || x + 1 == width;
    let rim = grey.indexed_iter().filter(|((y, x, _), _)| on_rim(*y, *x)).map(|(_, &value)| value);
    let mut rim: Vec<f32> = rim.collect();
    rim.sort_by(f32::total_cmp);
    rim.get(rim.len() / 2).copied().unwrap_or_default()
}

/// Top, left, height and width of the strokes.
fn ink_box(ink: &Image<f32>) -> (usize, usize, usize, usize) {
    let (mut top, mut left, mut bottom, mut right) = (ink.height(), ink.width(), 0, 0);
    for ((y, x, _), _) in ink.indexed_iter().filter(|(_, value)| **value > FAINT) {
        (top, left, bottom, right) = (top.min(y), left.min(x), bottom.max(y), right.max(x));
    }
    (top, left, bottom + 1 - top, right + 1 - left)
}

/// The digit in the middle of 28×28, its centre of mass at the centre, or as near as it can be without being cut.
fn centred(digit: &Image<f32>) -> Batch<u8> {
    let (mut mass, mut moment_y, mut moment_x) = (0.0, 0.0, 0.0);
    for ((y, x, _), &value) in digit.indexed_iter() {
        mass += value;
        moment_y += value * (y as f32 + 0.5);
        moment_x += value * (x as f32 + 0.5);
    }
    let place = |moment: f32, side: usize| {
        let start = (SIDE as f32 / 2.0 - moment / mass).round().max(0.0) as usize;
        start.min(SIDE - side)
    };
    let (top, left) = (place(moment_y, digit.height()), place(moment_x, digit.width()));
    let mut out = Batch::zeros([1, SIDE, SIDE, 1]);
    let mut pixels = out.view_mut();
    for ((y, x, _), &value) in digit.indexed_iter() {
        pixels[[0, top + y, left + x, 0]] = (value * 255.0).round().clamp(0.0, 255.0) as u8;
    }
    out
}
