//! How much ink lies on each pixel, and above which amount it counts.

use super::field::{Mask, Plane};
use super::paper::gaussian;

/// Paper darker than this counts as this, so that noise in the dark is not taken for ink.
const DARK_PAPER: f32 = 0.3;
/// The least share of the paper's light that a mark takes away.
const FAINTEST: f32 = 0.06;
/// How many deviations of the noise a mark stands above the paper.
const ABOVE_NOISE: f32 = 5.0;

/// The share of the paper's light that is missing: `(paper − grey) / max(paper, 0.3)`.
///
/// A division, because light multiplies: the same ink in half the light is half as far from the paper.
pub(super) fn ink_on(grey: &Plane, paper: &Plane) -> Plane {
    grey.zip(paper, |grey, paper| (paper - grey) / paper.max(DARK_PAPER))
}

/// The amount of ink below which everything is paper or its noise.
///
/// The noise's deviation is the lower quartile of `|grey − Gaussian of grey|` over 0.3186, which it is for normal
/// noise; strokes are a minority there. The closing lies above the mean of noisy paper, by what the lower quartile of
/// the ink says.
///
/// Only pixels of `within` count.
pub(super) fn floor(grey: &Plane, paper: &Plane, ink: &Plane, within: &Mask) -> f32 {
    let off = grey.zip(&gaussian(grey, 2.0), |value, mean| (value - mean).abs());
    let middle = quantile(paper.values.iter().copied(), 0.5);
    let noise = quantile(off.values.into_iter(), 0.25) / 0.3186 / middle.max(DARK_PAPER);
    (quantile(ink.where_set(within), 0.25) + (ABOVE_NOISE * noise).clamp(0.04, 0.15)).max(FAINTEST)
}

/// The threshold that best parts numbers into two classes: the greatest variance between them,
/// `(total · w − m)² / (w · (1 − w))` with `w` the share below and `m` their part of the mean.
///
/// Source: N. Otsu, *A threshold selection method from gray-level histograms*, 1979.
pub(super) fn otsu(numbers: &[f32]) -> f32 {
    const BINS: usize = 128;
    let least = numbers.iter().copied().fold(f32::INFINITY, f32::min);
    let most = numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most - least < 1e-3 {
        return least - 1e-6;
    }
    let step = (most - least) / BINS as f32;
    let mut counts = [0usize; BINS];
    for &number in numbers {
        counts[(((number - least) / step) as usize).min(BINS - 1)] += 1;
    }
    let shares = counts.map(|count| count as f64 / numbers.len() as f64);
    let total: f64 = shares.iter().enumerate().map(|(bin, share)| share * (bin as f64 + 0.5)).sum();
    let (mut below, mut mean, mut best) = (0.0, 0.0, (0.0, 0));
    for (bin, share) in shares.iter().enumerate() {
        below += share;
        mean += share * (bin as f64 + 0.5);
        let between = (total * below - mean).powi(2) / (below * (1.0 - below)).max(1e-9);
        if between > best.0 {
            best = (between, bin);
        }
    }
    least + step * (best.1 + 1) as f32
}

/// The number below which a share of all numbers lies; 0 of nothing.
pub(super) fn quantile(numbers: impl Iterator<Item = f32>, share: f32) -> f32 {
    let mut numbers: Vec<f32> = numbers.collect();
    if numbers.is_empty() {
        return 0.0;
    }
    let place = (share * (numbers.len() - 1) as f32).round() as usize;
    *numbers.select_nth_unstable_by(place, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_ink_weighs_the_same_in_half_the_light() {
        let row = |values: [f32; 2]| Plane { height: 1, width: 2, values: values.to_vec() };
        let ink = ink_on(&row([0.2, 0.1]), &row([0.8, 0.4]));
        assert_eq!(ink.values, [0.75, 0.75]);
    }

    #[test]
    fn otsu_parts_two_heaps() {
        let numbers = [vec![0.1; 50], vec![0.15; 50], vec![0.8; 7], vec![0.9; 7]].concat();
        let threshold = otsu(&numbers);
        assert!((0.15..0.8).contains(&threshold), "{threshold}");
        assert!(otsu(&[0.4; 9]) < 0.4);
    }

    #[test]
    fn noisy_paper_stays_below_the_floor() {
        // Paper of 0.8 with a pattern of ±0.02 that no smoothing removes, and a stroke.
        let value = |at: usize| if at % 40 == 20 { 0.2 } else { [0.78, 0.82, 0.8, 0.79, 0.81][(at * 7 + at / 40) % 5] };
        let grey = Plane { height: 40, width: 40, values: (0..1600).map(value).collect() };
        let paper = Plane::filled(40, 40, 0.82);
        let ink = ink_on(&grey, &paper);
        let floor = floor(&grey, &paper, &ink, &Mask::filled(40, 40, true));
        assert_eq!(ink.values.iter().filter(|ink| **ink > floor).count(), 40, "{floor}");
    }
}
