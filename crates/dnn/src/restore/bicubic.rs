//! Half and twice the size by cubic weights, as MATLAB's `imresize` with antialiasing and Pillow's `BICUBIC` do.

use glassbox_tensor::Image;
use rayon::prelude::*;

/// The cubic weight at distance `x`, a = −1/2.
///
/// Source: R. Keys, *Cubic convolution interpolation for digital image processing* (1981).
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x <= 1.0 {
        1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0
    } else if x < 2.0 {
        -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0
    } else {
        0.0
    }
}

/// A picture of half the height and width: cubic weights of twice the width, so that nothing finer than the new pixels
/// remains; beyond the rim the picture is mirrored.
///
/// # Shape
/// `[2·height, 2·width, 1]` → `[height, width, 1]`; a last odd row or column counts as mirrored
pub fn shrunk(picture: &Image<f32>) -> Image<f32> {
    // New pixel i lies between 2·i and 2·i + 1: its eight neighbours are ½, 1½, 2½ and 3½ away.
    let weights: [f64; 8] = std::array::from_fn(|k| cubic((k as f64 - 3.5) / 2.0) / 2.0);
    let (height, width) = (picture.height().div_ceil(2), picture.width().div_ceil(2));
    resized(picture, height, width, |place| (2 * place as isize - 3, weights))
}

/// A picture of twice the height and width: cubic weights of the four nearest pixels; beyond the rim the picture is
/// mirrored.
///
/// # Shape
/// `[height, width, 1]` → `[2·height, 2·width, 1]`
pub fn enlarged(picture: &Image<f32>) -> Image<f32> {
    // New pixel 2·i lies a quarter before pixel i, 2·i + 1 a quarter after it.
    let even: [f64; 4] = [1.75, 0.75, 0.25, 1.25].map(cubic);
    let odd: [f64; 4] = [1.25, 0.25, 0.75, 1.75].map(cubic);
    resized(picture, 2 * picture.height(), 2 * picture.width(), |place| match place % 2 {
        0 => ((place / 2) as isize - 2, even),
        _ => ((place / 2) as isize - 1, odd),
    })
}

/// Sums of `N` neighbours first along the columns, then along the rows; `of` gives the first neighbour of a place and
/// the weights.
fn resized<const N: usize>(
    picture: &Image<f32>,
    height: usize,
    width: usize,
    of: impl Fn(usize) -> (isize, [f64; N]) + Sync,
) -> Image<f32> {
    let mut out = Image::zeros([height, width, 1]);
    let columns: Vec<_> = (0..width)
        .map(|x| {
            let (first, weights) = of(x);
            let places: [usize; N] = std::array::from_fn(|k| mirrored(first + k as isize, picture.width()));
            (places, weights.map(|weight| weight as f32))
        })
        .collect();
    let rows = out.as_mut_slice().par_chunks_mut(width.max(1)).enumerate();
    rows.for_each_init(
        || vec![0.0; picture.width()],
        |sums, (y, row)| {
            sums.fill(0.0);
            let (first, weights) = of(y);
            for (k, weight) in weights.into_iter().enumerate() {
                let line = picture.line(mirrored(first + k as isize, picture.height()));
                sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += weight as f32 * value);
            }
            for (out, (places, weights)) in row.iter_mut().zip(&columns) {
                *out = places.iter().zip(weights).map(|(&place, weight)| weight * sums[place]).sum();
            }
        },
    );
    out
}

/// The place inside that a place beyond the rim shows: cba|abcd|dcb.
fn mirrored(place: isize, length: usize) -> usize {
    let period = 2 * length as isize;
    let place = place.rem_euclid(period);
    (if place < length as isize { place } else { period - 1 - place }) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one() {
        let flat = Image::from_vec([3, 5, 1], vec![0.25; 15]).unwrap();
        for picture in [enlarged(&flat), shrunk(&flat), enlarged(&enlarged(&flat))] {
            assert!(picture.as_slice().iter().all(|value| (value - 0.25).abs() < 1e-6), "{picture:?}");
        }
    }

    #[test]
    fn a_slope_stays_a_slope_inside() {
        let slope = Image::from_vec([1, 20, 1], (0..20).map(|x| x as f32).collect()).unwrap();
        for (place, value) in enlarged(&slope).line(0).iter().enumerate().take(32).skip(8) {
            assert!((value - (place as f32 - 0.5) / 2.0).abs() < 1e-4, "{place} {value}");
        }
        for (place, value) in shrunk(&slope).line(0).iter().enumerate().take(7).skip(3) {
            assert!((value - (2.0 * place as f32 + 0.5)).abs() < 1e-4, "{place} {value}");
        }
    }
}
