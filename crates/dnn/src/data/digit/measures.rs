//! How thick, how full, how hollow a mark is.

use super::field::{Mask, Plane};

/// The distance from each set pixel to the nearest that is not, with steps of 1 and √2. Outside the picture nothing
/// is set.
///
/// Source: G. Borgefors, *Distance transformations in digital images*, 1986.
fn distances(mask: &Mask) -> Plane {
    let far = (mask.height + mask.width) as f32;
    let mut padded = mask.padded(1, false).map(|set| if set { far } else { 0.0 });
    let (height, width) = (padded.height, padded.width);
    let diagonal = std::f32::consts::SQRT_2;
    let mut relax = |y: usize, x: usize, before: [(usize, usize); 4]| {
        let [beside, straight, left, right] = before.map(|(y, x)| padded.at(y, x));
        let nearest = (beside + 1.0).min(straight + 1.0).min(left + diagonal).min(right + diagonal);
        let value = padded.at(y, x).min(nearest);
        padded.set(y, x, value);
    };
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            relax(y, x, [(y, x - 1), (y - 1, x), (y - 1, x - 1), (y - 1, x + 1)]);
        }
    }
    for y in (1..height - 1).rev() {
        for x in (1..width - 1).rev() {
            relax(y, x, [(y, x + 1), (y + 1, x), (y + 1, x - 1), (y + 1, x + 1)]);
        }
    }
    padded
}

/// The mean width of strokes: `2 · d − 1` over the ridge, whose pixels are no nearer to the paper than any of their
/// eight neighbours.
pub(super) fn stroke_width(mask: &Mask) -> f32 {
    let distance = distances(mask);
    let (mut sum, mut count) = (0.0, 0);
    for y in 1..distance.height - 1 {
        for x in 1..distance.width - 1 {
            let own = distance.at(y, x);
            let around = (y - 1..y + 2).flat_map(|y| (x - 1..x + 2).map(move |x| (y, x)));
            if own > 0.0 && around.into_iter().all(|(y, x)| distance.at(y, x) <= own) {
                sum += 2.0 * own - 1.0;
                count += 1;
            }
        }
    }
    if count == 0 { 1.0 } else { sum / count as f32 }
}

/// The mask with its holes filled: all that paper outside does not reach by steps up, down, left and right.
pub(super) fn without_holes(mask: &Mask) -> Mask {
    let padded = mask.padded(1, false);
    let (height, width) = (padded.height, padded.width);
    let mut outside = Mask::filled(height, width, false);
    let mut stack = vec![(0usize, 0usize)];
    outside.set(0, 0, true);
    while let Some((y, x)) = stack.pop() {
        let steps = [(y.wrapping_sub(1), x), (y + 1, x), (y, x.wrapping_sub(1)), (y, x + 1)];
        for (y, x) in steps.into_iter().filter(|(y, x)| *y < height && *x < width) {
            if !padded.at(y, x) && !outside.at(y, x) {
                outside.set(y, x, true);
                stack.push((y, x));
            }
        }
    }
    let inner = super::field::Area { top: 1, left: 1, bottom: height - 1, right: width - 1 };
    outside.crop(inner).map(|set| !set)
}

/// Which share of the smallest box around it, turned as it likes (in steps of 3°), a mask fills. A sheet of paper
/// fills 0.9 and more, an ellipse π/4 = 0.785.
pub(super) fn fullness(mask: &Mask) -> f32 {
    // The first and last pixels of the rows are enough to know every box.
    let mut ends = Vec::new();
    for (y, row) in mask.values.chunks_exact(mask.width).enumerate() {
        if let (Some(first), Some(last)) = (row.iter().position(|set| *set), row.iter().rposition(|set| *set)) {
            ends.extend([(y as f32, first as f32), (y as f32, last as f32)]);
        }
    }
    let boxes = (0..30).map(|step| {
        let (sin, cos) = (step as f32 * 3.0).to_radians().sin_cos();
        let extent = |along: fn(f32, f32, f32, f32) -> f32| {
            let projected = ends.iter().map(|&(y, x)| along(y, x, sin, cos));
            let (low, high) = projected.fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)));
            high - low + 1.0
        };
        extent(|y, x, sin, cos| x * cos + y * sin) * extent(|y, x, sin, cos| y * cos - x * sin)
    });
    mask.count() as f32 / boxes.fold(f32::MAX, f32::min)
}

#[cfg(test)]
mod tests {
    use super::super::field::tests::drawn;
    use super::*;

    #[test]
    fn widths_are_those_of_the_strokes() {
        let bar = |thick: usize| {
            let values = (0..60 * 60).map(|at| (5..55).contains(&(at / 60)) && (20..20 + thick).contains(&(at % 60)));
            stroke_width(&Mask { height: 60, width: 60, values: values.collect() })
        };
        assert_eq!(bar(1), 1.0);
        assert!((bar(5) - 5.0).abs() < 0.3 && (bar(9) - 9.0).abs() < 0.5, "{} {}", bar(5), bar(9));
    }

    #[test]
    fn holes_are_filled() {
        let ring = drawn(&[".....", ".###.", ".#.#.", ".###.", "....#"]);
        assert_eq!(without_holes(&ring), drawn(&[".....", ".###.", ".###.", ".###.", "....#"]));
    }

    #[test]
    fn a_turned_sheet_is_full_and_a_disc_is_not() {
        let mask = |inside: fn(f32, f32) -> bool| {
            let values = (0..10_000).map(|at| inside((at / 100) as f32 - 50.0, (at % 100) as f32 - 50.0));
            fullness(&Mask { height: 100, width: 100, values: values.collect() })
        };
        let sheet = mask(|y, x| (0.8 * x + 0.6 * y).abs() < 30.0 && (0.8 * y - 0.6 * x).abs() < 22.0);
        let disc = mask(|y, x| y.hypot(x) < 40.0);
        assert!(sheet > 0.9 && (0.74..0.82).contains(&disc), "{sheet} {disc}");
    }
}
