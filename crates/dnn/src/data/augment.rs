use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use glassbox_tensor::quoted;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::{Real, Shape};

/// Changes a picture at random, about as much as handwriting varies, so that a net learns to recognise it moved,
/// turned, scaled and bent.
///
/// Each pixel of the new picture takes, by bilinear interpolation, the old one at `c + S·R·(p − c) + t + d(p)`: `c` the
/// middle, `R` a rotation by up to `rotate`, `S` a factor of up to 1 ± `scale` in each direction, `t` up to ± `shift`
/// pixels, and `d` a smooth field of displacements of up to `elastic` pixels, drawn at 5×5 points and interpolated by
/// cubic B-splines. Outside the picture is 0.
///
/// Source of the elastic part: P. Simard, D. Steinkraus, J. Platt, *Best practices for convolutional neural networks
/// applied to visual document analysis* (2003), who smooth a field drawn at every pixel.
///
/// ```
/// use glassbox_dnn::Augment;
/// let augment: Augment = "shift:2,rotate:10".parse().unwrap();
/// assert_eq!(augment, Augment { shift: 2.0, rotate: 10.0, ..Augment::default() });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Augment {
    /// Pixels.
    pub shift: f64,
    /// Degrees.
    pub rotate: f64,
    /// Share.
    pub scale: f64,
    /// Pixels.
    pub elastic: f64,
}

/// Points in a row of the field of displacements.
const POINTS: usize = 5;

/// For one direction of a picture: the first of the four points whose displacements move a pixel, and the weight of
/// each.
type Spline = Vec<(usize, [f64; 4])>;

/// An [`Augment`] for pictures of one size.
#[derive(Clone, Debug)]
pub(crate) struct Augmenter {
    augment: Augment,
    picture: Shape,
    rows: Spline,
    columns: Spline,
}

impl Augmenter {
    pub(crate) fn new(augment: Augment, picture: Shape) -> Self {
        Self { augment, picture, rows: spline(picture.height), columns: spline(picture.width) }
    }

    /// Draws a change and puts the changed picture into `to`.
    pub(crate) fn apply<T: Real>(&self, generator: &mut ChaCha8Rng, from: &[T], to: &mut [T]) {
        let Augment { shift, rotate, scale, elastic } = self.augment;
        // Two numbers a draw, each in −1 … 1.
        let mut draw = || {
            let bits = generator.next_u64();
            let one = |bits: u64| bits as u32 as f64 / f64::from(u32::MAX) * 2.0 - 1.0;
            (one(bits), one(bits >> 32))
        };
        let (turn, _) = draw();
        let (sine, cosine) = (turn * rotate * PI / 180.0).sin_cos();
        let (scale_y, scale_x) = draw();
        let (scale_y, scale_x) = (1.0 + scale_y * scale, 1.0 + scale_x * scale);
        let (move_y, move_x) = draw();
        let (move_y, move_x) = (move_y * shift, move_x * shift);
        let mut field = [[(0.0, 0.0); POINTS]; POINTS];
        if elastic > 0.0 {
            for point in field.iter_mut().flatten() {
                let (y, x) = draw();
                *point = (y * elastic, x * elastic);
            }
        }
        let Shape { height, width, channels } = self.picture;
        let (middle_y, middle_x) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
        for (y, (row, &(first_row, row_shares))) in to.chunks_exact_mut(width * channels).zip(&self.rows).enumerate() {
            // The field along this row, between points of one column.
            let mut along = [(0.0, 0.0); POINTS];
            if elastic > 0.0 {
                for (points, share) in field[first_row..].iter().zip(row_shares) {
                    for (sum, point) in along.iter_mut().zip(points) {
                        *sum = (sum.0 + share * point.0, sum.1 + share * point.1);
                    }
                }
            }
            let from_middle = y as f64 - middle_y;
            for (x, (pixel, &(first, shares))) in row.chunks_exact_mut(channels).zip(&self.columns).enumerate() {
                let (dy, dx) = (from_middle, x as f64 - middle_x);
                let mut at_y = middle_y + scale_y * (cosine * dy - sine * dx) + move_y;
                let mut at_x = middle_x + scale_x * (sine * dy + cosine * dx) + move_x;
                if elastic > 0.0 {
                    for (point, share) in along[first..].iter().zip(shares) {
                        at_y += share * point.0;
                        at_x += share * point.1;
                    }
                }
                self.bilinear(from, at_y, at_x, pixel);
            }
        }
    }

    fn bilinear<T: Real>(&self, from: &[T], y: f64, x: f64, pixel: &mut [T]) {
        let Shape { height, width, channels } = self.picture;
        let (top, left) = (y.floor(), x.floor());
        let (down, right) = (T::from_f64(y - top), T::from_f64(x - left));
        let (top, left) = (top as isize, left as isize);
        let at = |y: isize, x: isize, channel: usize| {
            let inside = y >= 0 && x >= 0 && y < height as isize && x < width as isize;
            if inside { from[(y as usize * width + x as usize) * channels + channel] } else { T::zero() }
        };
        for (channel, pixel) in pixel.iter_mut().enumerate() {
            let at = |y, x| at(y, x, channel);
            let above = at(top, left) + (at(top, left + 1) - at(top, left)) * right;
            let below = at(top + 1, left) + (at(top + 1, left + 1) - at(top + 1, left)) * right;
            *pixel = above + (below - above) * down;
        }
    }
}

/// Uniform cubic B-splines over as many pixels.
fn spline(side: usize) -> Spline {
    // The points stand so that the first and the last pixel are among four of them.
    let spans = POINTS - 3;
    let share = |pixel: usize| {
        let at = pixel as f64 / side as f64 * spans as f64;
        let (first, t) = (at as usize, at.fract());
        let u = 1.0 - t;
        let shares = [u * u * u, 3.0 * t * t * t - 6.0 * t * t + 4.0, 3.0 * u * u * u - 6.0 * u * u + 4.0, t * t * t];
        (first, shares.map(|share| share / 6.0))
    };
    (0..side).map(share).collect()
}

impl fmt::Display for Augment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("shift", self.shift), ("rotate", self.rotate), ("scale", self.scale), ("elastic", self.elastic)];
        let parts: Vec<_> =
            parts.iter().filter(|(_, value)| *value != 0.0).map(|(name, value)| format!("{name}:{value}")).collect();
        write!(f, "{}", parts.join(","))
    }
}

impl FromStr for Augment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut augment = Augment::default();
        for part in text.split(',') {
            let wrong = |problem: &str| {
                format!(
                    "found {}: {problem}; allowed: shift:PIXELS, rotate:DEGREES (to 180), scale:SHARE (below \
                     1), elastic:PIXELS, with commas between",
                    quoted(part)
                )
            };
            let (name, value) = part.split_once(':').ok_or_else(|| wrong("no number after :"))?;
            let value: f64 = value.parse().map_err(|_| wrong("not a number"))?;
            let (slot, most) = match name {
                "shift" => (&mut augment.shift, 1e3),
                "rotate" => (&mut augment.rotate, 180.0),
                "scale" => (&mut augment.scale, 0.999),
                "elastic" => (&mut augment.elastic, 1e3),
                _ => return Err(wrong("no such change")),
            };
            if !(value > 0.0 && value <= most) {
                return Err(wrong("out of range"));
            }
            *slot = value;
        }
        Ok(augment)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn picture() -> Vec<f64> {
        (0..7 * 9).map(|i| f64::from(i % 5) / 4.0).collect()
    }

    #[test]
    fn no_change_is_no_change() {
        let mut to = vec![0.0; 63];
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        Augmenter::new(Augment::default(), Shape::picture(7, 9, 1)).apply(&mut generator, &picture(), &mut to);
        let furthest = to.iter().zip(picture()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(furthest < 1e-12, "{furthest}");
    }

    #[test]
    fn the_shares_of_a_spline_add_up_to_one() {
        for side in [1, 2, 7, 28] {
            for (first, shares) in spline(side) {
                assert!(first + 4 <= POINTS && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{side}");
            }
        }
    }

    #[test]
    fn changes_stay_within_the_picture_s_range_and_differ() {
        let augmenter =
            Augmenter::new("shift:2,rotate:15,scale:0.2,elastic:2".parse().unwrap(), Shape::picture(7, 9, 1));
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let mut seen: Vec<Vec<f64>> = Vec::new();
        for _ in 0..20 {
            let mut to = vec![f64::NAN; 63];
            augmenter.apply(&mut generator, &picture(), &mut to);
            assert!(to.iter().all(|value| (0.0..=1.0).contains(value)));
            assert!(!seen.contains(&to));
            seen.push(to);
        }
    }

    #[test]
    fn texts_are_read_as_they_are_written() {
        for text in ["shift:2,rotate:10,scale:0.1,elastic:1.5", "rotate:180"] {
            assert_eq!(text.parse::<Augment>().unwrap().to_string(), text);
        }
        for text in ["", "shift", "shift:-1", "turn:3", "scale:1", "rotate:NaN"] {
            assert!(text.parse::<Augment>().is_err(), "{text}");
        }
    }
}
