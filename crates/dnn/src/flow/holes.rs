use crate::data::Draws;

/// Sides of a rectangle that becomes a hole, as shares of the picture's: about a third of it is hidden.
const SIDES: [f32; 2] = [0.35, 0.8];
/// How much of a picture is hidden from one of its sides.
const FROM_A_SIDE: [f32; 2] = [0.25, 0.65];
/// Most strokes of a hole, corners of a stroke, and its thickness as a share of the shorter side.
const STROKES: usize = 4;
const CORNERS: usize = 3;
const THICKNESS: [f32; 2] = [0.06, 0.2];

/// Draws a hole that a net is taught to fill: a rectangle, some strokes, or all on one side of a line; now and then the
/// whole picture.
///
/// # Shape
/// `hole` `[height, width]`: whether a pixel is in it
pub fn draw_hole(draws: &mut Draws, [height, width]: [usize; 2], hole: &mut [bool]) {
    hole.fill(false);
    match draws.below(10) {
        0 => hole.fill(true),
        1..=4 => rectangle(draws, [height, width], hole),
        5..=7 => {
            for _ in 0..=draws.below(STROKES) {
                stroke(draws, [height, width], hole);
            }
        }
        _ => from_a_side(draws, [height, width], hole),
    }
}

/// A number between two.
fn between(draws: &mut Draws, [low, high]: [f32; 2]) -> f32 {
    low + (high - low) * draws.unit()
}

fn rectangle(draws: &mut Draws, [height, width]: [usize; 2], hole: &mut [bool]) {
    let mut along = |length: usize| {
        let side = ((between(draws, SIDES) * length as f32).round() as usize).clamp(1, length);
        let first = draws.below(length - side + 1);
        first..first + side
    };
    let (rows, columns) = (along(height), along(width));
    for y in rows {
        hole[y * width..][columns.clone()].fill(true);
    }
}

/// All pixels nearer to one side of the picture than a line.
fn from_a_side(draws: &mut Draws, [height, width]: [usize; 2], hole: &mut [bool]) {
    let (share, side) = (between(draws, FROM_A_SIDE), draws.below(4));
    for (place, hole) in hole.iter_mut().enumerate() {
        let (y, x) = ((place / width) as f32 / height as f32, (place % width) as f32 / width as f32);
        *hole = [y, 1.0 - y, x, 1.0 - x][side] < share;
    }
}

/// A line with corners, as a pen draws it.
fn stroke(draws: &mut Draws, [height, width]: [usize; 2], hole: &mut [bool]) {
    let mut corner = || [draws.unit() * height as f32, draws.unit() * width as f32];
    let corners: [[f32; 2]; CORNERS] = std::array::from_fn(|_| corner());
    let radius = between(draws, THICKNESS) * height.min(width) as f32 / 2.0;
    for (place, hole) in hole.iter_mut().enumerate() {
        let pixel = [(place / width) as f32 + 0.5, (place % width) as f32 + 0.5];
        *hole |= corners.windows(2).any(|ends| distance(pixel, ends[0], ends[1]) <= radius.max(0.5));
    }
}

/// The distance of a point from a line between two.
fn distance([y, x]: [f32; 2], [y0, x0]: [f32; 2], [y1, x1]: [f32; 2]) -> f32 {
    let (dy, dx) = (y1 - y0, x1 - x0);
    let along = ((y - y0) * dy + (x - x0) * dx) / (dy * dy + dx * dx).max(f32::MIN_POSITIVE);
    let along = along.clamp(0.0, 1.0);
    (y - y0 - along * dy).hypot(x - x0 - along * dx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_is_hidden_on_average_and_never_nothing() {
        let (sides, mut hidden) = ([20, 12], 0);
        for number in 0..500 {
            let mut hole = vec![true; 240];
            draw_hole(&mut Draws::seeded(1, number), sides, &mut hole);
            let pixels = hole.iter().filter(|&&hole| hole).count();
            assert!(pixels > 0, "{number}");
            hidden += pixels;
        }
        let share = hidden as f64 / (500.0 * 240.0);
        assert!((0.3..0.5).contains(&share), "{share}");
    }

    #[test]
    fn a_pixel_is_as_far_from_a_line_as_from_its_nearest_point() {
        assert_eq!(distance([0.0, 2.0], [0.0, 0.0], [0.0, 4.0]), 0.0);
        assert_eq!(distance([3.0, 2.0], [0.0, 0.0], [0.0, 4.0]), 3.0);
        assert_eq!(distance([3.0, 8.0], [0.0, 0.0], [0.0, 4.0]), 5.0);
        assert_eq!(distance([3.0, 4.0], [0.0, 0.0], [0.0, 0.0]), 5.0);
    }
}
