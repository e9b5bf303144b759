use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Shape;

/// Widths of bumps, in pixels.
const WIDTHS: std::ops::Range<f64> = 0.5..2.0;

/// Numbers from 0 to 1, drawn by `seed`: a picture of noise.
pub fn noise(numbers: usize, seed: u64) -> Vec<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    (0..numbers).map(|_| f64::from(generator.next_u32()) / f64::from(u32::MAX)).collect()
}

/// The picture with a bump of ink, or a hole, at a random place: `x + a·exp(−d²/(2·w²))`, kept in 0 … 1.
pub(super) fn bump(picture: &[f64], shape: Shape, generator: &mut ChaCha8Rng) -> Vec<f64> {
    let mut draw = |range: std::ops::Range<f64>| {
        let unit = generator.next_u64() as f64 / u64::MAX as f64;
        range.start + unit * (range.end - range.start)
    };
    let (y, x) = (draw(0.0..shape.height as f64), draw(0.0..shape.width as f64));
    let (width, amount) = (draw(WIDTHS), draw(-1.0..1.0));
    let mut changed = picture.to_vec();
    for (place, pixel) in changed.chunks_exact_mut(shape.channels).enumerate() {
        let (dy, dx) = ((place / shape.width) as f64 + 0.5 - y, (place % shape.width) as f64 + 0.5 - x);
        let share = amount * (-(dy * dy + dx * dx) / (2.0 * width * width)).exp();
        pixel.iter_mut().for_each(|number| *number = (*number + share).clamp(0.0, 1.0));
    }
    changed
}

/// The mean of each number's neighbourhood with the weights 1 2 1; 2 4 2; 1 2 1 over 16; beyond the rim is 0.
pub(super) fn smoothed(numbers: &[f64], shape: Shape) -> Vec<f64> {
    let along = |numbers: &[f64], before: isize, allowed: &dyn Fn(usize, isize) -> bool| -> Vec<f64> {
        let at = |index: usize, offset: isize| {
            if allowed(index, offset) { numbers[(index as isize + offset * before) as usize] } else { 0.0 }
        };
        (0..numbers.len()).map(|i| (at(i, -1) + 2.0 * numbers[i] + at(i, 1)) / 4.0).collect()
    };
    let line = shape.width * shape.channels;
    let column = |index: usize| index % line / shape.channels;
    let rows = along(numbers, shape.channels as isize, &|index, offset| {
        (0..shape.width as isize).contains(&(column(index) as isize + offset))
    });
    along(&rows, line as isize, &|index, offset| {
        (0..shape.height as isize).contains(&((index / line) as isize + offset))
    })
}
