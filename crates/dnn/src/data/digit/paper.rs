//! How bright the paper is at each pixel: a grey closing.
//!
//! A closing is a maximum over a window and then a minimum over the same window. It fills everything dark that is
//! narrower than the window, such as strokes, with the brightness around it; shadows and uneven light are wider, and
//! stay. So the paper is known even where there is ink on it.
//!
//! Source: J. Serra, *Image Analysis and Mathematical Morphology*, 1982; the running maximum with a queue is
//! D. Lemire, *Streaming maximum-minimum filter*, 2006.

use std::collections::VecDeque;

use super::field::Plane;

/// Side of the closing's window, as a share of the picture's longer side: wider than strokes, narrower than shadows.
const WINDOW: f32 = 0.36;
/// Pictures with a side below this are not smoothed: their strokes are as narrow as their noise.
const SMALL: usize = 60;

/// The picture without its finest noise, and the paper under it.
pub(super) fn paper(grey: &Plane) -> (Plane, Plane) {
    let smooth = smoothed(grey);
    let window = (WINDOW * grey.height.max(grey.width) as f32) as usize;
    let paper = closing(&smooth, window.max(3) / 2);
    (smooth, paper)
}

/// A median of 3×3, and in large pictures a Gaussian whose deviation is a 200th of the shorter side.
fn smoothed(grey: &Plane) -> Plane {
    let side = grey.short_side();
    if side < SMALL {
        return grey.clone();
    }
    let calm = median_3x3(grey);
    if side < 2 * SMALL { calm } else { gaussian(&calm, side as f32 / 200.0) }
}

/// `min over the window of (max over the window)`; the windows are squares of `2 · radius + 1` pixels, cut at the rim.
fn closing(plane: &Plane, radius: usize) -> Plane {
    let higher = extremes(plane, radius, |a, b| a >= b);
    extremes(&higher, radius, |a, b| a <= b)
}

/// The most extreme number of each square window: along the rows, then along the columns.
fn extremes(plane: &Plane, radius: usize, beats: impl Fn(f32, f32) -> bool + Copy) -> Plane {
    let along_rows = |plane: &Plane| {
        let values = plane.values.chunks_exact(plane.width).flat_map(|row| running(row, radius, beats)).collect();
        Plane { values, ..*plane }
    };
    along_rows(&along_rows(plane).transposed()).transposed()
}

/// The most extreme of `row[x − radius ..= x + radius]` for each `x`, in a time that the radius does not change.
fn running(row: &[f32], radius: usize, beats: impl Fn(f32, f32) -> bool) -> Vec<f32> {
    // Places that may still win, the best first.
    let mut candidates = VecDeque::new();
    let mut next = 0;
    let one = |x: usize| {
        while next < row.len() && next <= x + radius {
            while candidates.back().is_some_and(|&last: &usize| beats(row[next], row[last])) {
                candidates.pop_back();
            }
            candidates.push_back(next);
            next += 1;
        }
        while candidates.front().is_some_and(|&first| first + radius < x) {
            candidates.pop_front();
        }
        row[candidates[0]]
    };
    (0..row.len()).map(one).collect()
}

/// The middle one of the nine pixels around each; the rim's pixels are repeated outside.
fn median_3x3(plane: &Plane) -> Plane {
    let (height, width) = (plane.height, plane.width);
    let mut out = plane.clone();
    for y in 0..height {
        let rows = [y.saturating_sub(1), y, (y + 1).min(height - 1)];
        for x in 0..width {
            let columns = [x.saturating_sub(1), x, (x + 1).min(width - 1)];
            let mut nine = [0.0; 9];
            for (slot, (row, column)) in
                nine.iter_mut().zip(rows.iter().flat_map(|r| columns.iter().map(move |c| (r, c))))
            {
                *slot = plane.at(*row, *column);
            }
            nine.sort_unstable_by(f32::total_cmp);
            out.set(y, x, nine[4]);
        }
    }
    out
}

/// A Gaussian of the given deviation, cut at three deviations; the rim's pixels are repeated outside.
pub(super) fn gaussian(plane: &Plane, deviation: f32) -> Plane {
    let radius = (3.0 * deviation).ceil() as usize;
    let raw: Vec<f32> =
        (0..=2 * radius).map(|i| (-0.5 * ((i as f32 - radius as f32) / deviation).powi(2)).exp()).collect();
    let sum: f32 = raw.iter().sum();
    let along_rows = |plane: &Plane| {
        let values = plane.values.chunks_exact(plane.width).flat_map(|row| {
            let last = row.len() - 1;
            let raw = &raw;
            (0..row.len()).map(move |x| {
                let weighted =
                    raw.iter().enumerate().map(|(i, weight)| weight * row[(x + i).saturating_sub(radius).min(last)]);
                weighted.sum::<f32>() / sum
            })
        });
        Plane { values: values.collect(), ..*plane }
    };
    along_rows(&along_rows(plane).transposed()).transposed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_are_filled_and_shadows_stay() {
        // A stroke of two pixels at 0.1 on paper that falls from 1 to 0.5 in a step.
        let row = [1.0, 1.0, 0.1, 0.1, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5];
        let plane = Plane { height: 3, width: 11, values: row.repeat(3) };
        let filled = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5];
        assert_eq!(closing(&plane, 1).values[11..22], filled);
    }

    #[test]
    fn running_extremes_are_those_of_each_window() {
        let row = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        assert_eq!(running(&row, 2, |a, b| a >= b), [4.0, 4.0, 5.0, 9.0, 9.0, 9.0, 9.0, 9.0]);
        assert_eq!(running(&row, 20, |a, b| a <= b), [1.0; 8]);
    }

    #[test]
    fn smoothing_keeps_what_is_even_and_removes_a_speck() {
        let mut plane = Plane::filled(130, 140, 0.7);
        plane.set(60, 60, 0.0);
        let (smooth, paper) = paper(&plane);
        assert!(smooth.values.iter().chain(&paper.values).all(|value| (value - 0.7).abs() < 1e-5));
    }
}
