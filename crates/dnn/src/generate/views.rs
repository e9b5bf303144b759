use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Shape;

/// How a picture is looked at: turned about its middle by degrees, scaled, and moved down and right by shares of its
/// sides.
type Look = (f64, f64, [f64; 2]);

/// A person knows a digit wherever it stands and however it leans; what a net sees from one place alone is no stroke.
const LOOKS: [Look; 13] = [
    (0.0, 1.0, [0.0, 0.0]),
    (0.0, 1.0, [0.07, 0.0]),
    (0.0, 1.0, [-0.07, 0.0]),
    (0.0, 1.0, [0.0, 0.07]),
    (0.0, 1.0, [0.0, -0.07]),
    (0.0, 1.0, [0.05, 0.05]),
    (0.0, 1.0, [0.05, -0.05]),
    (0.0, 1.0, [-0.05, 0.05]),
    (0.0, 1.0, [-0.05, -0.05]),
    (12.0, 1.0, [0.0, 0.0]),
    (-12.0, 1.0, [0.0, 0.0]),
    (0.0, 0.87, [0.0, 0.0]),
    (0.0, 1.15, [0.0, 0.0]),
];

/// One way to look at pictures of a shape: each pixel that is seen is a weighted sum of four of the picture's.
///
/// Source: views that a picture must survive, A. Athalye et al., *Synthesizing robust adversarial examples* (2018).
#[derive(Debug)]
pub(super) struct View {
    /// For each pixel that is seen, the pixels of the picture and their weights; beyond the rim is 0.
    sources: Vec<[(usize, f64); 4]>,
    /// What is added to each value that is seen. On a plain all places of a window are its maximum, and the gradient
    /// knows one of them; on grain one alone is.
    grain: Vec<f64>,
    channels: usize,
}

/// How much grain there is at most.
const GRAIN: f64 = 0.01;

impl View {
    /// Every view, the picture as it is first; the seed draws the grain of the others.
    pub(super) fn all(shape: Shape, seed: u64) -> Vec<Self> {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut views: Vec<Self> = LOOKS.iter().map(|look| Self::new(shape, look)).collect();
        for view in &mut views[1..] {
            view.grain.fill_with(|| generator.random_range(-GRAIN..GRAIN));
        }
        views
    }

    fn new(shape: Shape, &(degrees, scale, [down, right]): &Look) -> Self {
        let (down, right) = (down * shape.height as f64, right * shape.width as f64);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = [shape.height, shape.width].map(|side| (side as f64 - 1.0) / 2.0);
        let sources = (0..shape.pixels()).map(|place| {
            let (y, x) =
                ((place / shape.width) as f64 - middle[0] - down, (place % shape.width) as f64 - middle[1] - right);
            let (y, x) = ((cos * y - sin * x) / scale + middle[0], (sin * y + cos * x) / scale + middle[1]);
            let ([top, left], [low, far]) = ([y.floor(), x.floor()], [y - y.floor(), x - x.floor()]);
            let at = |dy: f64, dx: f64, weight: f64| {
                let (row, column) = (top + dy, left + dx);
                let is_inside =
                    (0.0..shape.height as f64).contains(&row) && (0.0..shape.width as f64).contains(&column);
                if is_inside { (row as usize * shape.width + column as usize, weight) } else { (0, 0.0) }
            };
            [
                at(0.0, 0.0, (1.0 - low) * (1.0 - far)),
                at(0.0, 1.0, (1.0 - low) * far),
                at(1.0, 0.0, low * (1.0 - far)),
                at(1.0, 1.0, low * far),
            ]
        });
        Self { sources: sources.collect(), grain: vec![0.0; shape.len()], channels: shape.channels }
    }

    /// What is seen of a picture.
    pub(super) fn of(&self, picture: &[f64], seen: &mut [f64]) {
        let channels = self.channels;
        seen.copy_from_slice(&self.grain);
        for (seen, sources) in seen.chunks_exact_mut(channels).zip(&self.sources) {
            for (c, seen) in seen.iter_mut().enumerate() {
                *seen += sources.iter().map(|(place, weight)| weight * picture[place * channels + c]).sum::<f64>();
            }
        }
    }

    /// The chain rule back: adds to the gradient by the picture what the gradient by what is seen gives.
    pub(super) fn back(&self, by_seen: &[f64], gradient: &mut [f64]) {
        let channels = self.channels;
        for (by_seen, sources) in by_seen.chunks_exact(channels).zip(&self.sources) {
            for (place, weight) in sources {
                for (c, by_seen) in by_seen.iter().enumerate() {
                    gradient[place * channels + c] += weight * by_seen;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_by_whole_pixels_moves_pixels() {
        let shape = Shape::picture(3, 3, 1);
        let (picture, mut seen) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [0.0; 9]);
        View::new(shape, &(0.0, 1.0, [1.0 / 3.0, 0.0])).of(&picture, &mut seen);
        assert_eq!(seen, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        View::new(shape, &(90.0, 1.0, [0.0, 0.0])).of(&picture, &mut seen);
        let turned = [7.0, 4.0, 1.0, 8.0, 5.0, 2.0, 9.0, 6.0, 3.0];
        let back = [3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0];
        let is = |other: [f64; 9]| seen.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(is(turned) || is(back), "{seen:?}");
    }
}
