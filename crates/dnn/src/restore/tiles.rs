//! A picture in overlapping windows.

use std::ops::Range;

use crate::pass::Pass;
use crate::{Error, Net, Shape, Workspace};

/// Windows of one size that cover a picture, each with the part of it that it answers for.
#[derive(Debug)]
pub(super) struct Tiles {
    window: [usize; 2],
    rows: Vec<Tile>,
    columns: Vec<Tile>,
}

/// A window along one axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tile {
    /// Where it begins.
    pub(super) window: usize,
    /// The pixels that it answers for.
    part: Range<usize>,
}

impl Tile {
    /// The pixels that it answers for in a picture that is `scale` times as large.
    pub(super) fn part(&self, scale: usize) -> Range<usize> {
        self.part.start * scale..self.part.end * scale
    }
}

impl Tiles {
    /// Windows of at most `most` pixels a side, whose parts are `around` pixels away from every side that is not the
    /// picture's. They begin at multiples of `step`, and their sides are multiples of it.
    pub(super) fn new(sides: [usize; 2], most: usize, around: usize, step: usize) -> Self {
        let around = around.next_multiple_of(step);
        let most = most.next_multiple_of(step).max(2 * around + step);
        let [(height, rows), (width, columns)] = sides.map(|length| along(length, most, around, step));
        Self { window: [height, width], rows, columns }
    }

    /// Height and width of a window.
    pub(super) fn window(&self) -> [usize; 2] {
        self.window
    }

    /// The windows from top to bottom.
    pub(super) fn rows(&self) -> &[Tile] {
        &self.rows
    }

    /// The windows from left to right.
    pub(super) fn columns(&self) -> &[Tile] {
        &self.columns
    }
}

/// The length of a window, and the windows along one axis.
fn along(length: usize, most: usize, around: usize, step: usize) -> (usize, Vec<Tile>) {
    let whole = length.next_multiple_of(step);
    if whole <= most {
        return (whole, vec![Tile { window: 0, part: 0..length }]);
    }
    let mut tiles = Vec::new();
    let mut done = 0;
    while done < length {
        // The last window ends with the picture.
        let window = done.saturating_sub(around).min(whole - most);
        let end = if window + most >= length { length } else { window + most - around };
        tiles.push(Tile { window, part: done..end });
        done = end;
    }
    (most, tiles)
}

/// The smallest number whose multiples a net takes as sides, giving pictures of `scale` times that size.
pub(crate) fn step(net: &Net<f32>, scale: usize) -> Result<usize, Error> {
    let channels = net.input().channels;
    let fits = |side: usize| {
        let rebuilt = Net::<f32>::from_text(&net.text(), Shape::picture(side, side, channels));
        rebuilt.is_ok_and(|net| net.output() == Shape::picture(side * scale, side * scale, 1))
    };
    // Nine times a power of two has no larger one in it.
    let step = (0..8).map(|power| 1 << power).find(|step| fits(9 * step));
    let problem = || {
        let (input, output) = (net.input(), net.output());
        Error::Model(format!("makes {output} of {input}; a picture of {scale} times the size in one channel is needed"))
    };
    step.ok_or_else(problem)
}

/// How many pixels around itself an output depends on: where the gradient of an output by the input is not 0, all
/// weights being alike. At most half of 256 is found.
pub(super) fn reach(net: &Net<f32>, step: usize, scale: usize) -> usize {
    let channels = net.input().channels;
    let mut side = 16 * step;
    loop {
        let (shape, middle) = (Shape::picture(side, side, channels), side / 2 / step * step);
        let Ok(mut alike) = Net::<f64>::from_text(&net.text(), shape) else { return side };
        // Masks that add up to one, and small biases, keep all nodes near the input.
        for tensor in alike.trained_mut() {
            let is_list = tensor.len() == tensor.shape()[0];
            let share = if is_list { 1e-3 } else { tensor.shape()[0] as f64 / tensor.len() as f64 };
            tensor.as_mut_slice().fill(share);
        }
        let (mut first, mut last) = (middle, middle);
        // Where one level meets the flat part of an activation, the other does not.
        for level in [0.75, 3.0] {
            let slopes = slopes(&alike, level, [middle * scale, step * scale], side * scale);
            let line = side * channels;
            let rows = (0..side).filter(|y| slopes[y * line..][..line].iter().any(|slope| *slope != 0.0));
            rows.for_each(|y| (first, last) = (first.min(y), last.max(y)));
        }
        if (first > 0 && last + 1 < side) || side >= 256 {
            return (middle - first).max((last + 1).saturating_sub(middle + step)).next_multiple_of(step);
        }
        side *= 2;
    }
}

/// The gradient of the sum of a square of outputs, which begins at `corner` in both directions, by an input that is
/// `level` everywhere. The output has `width` columns.
fn slopes(net: &Net<f64>, level: f64, [corner, square]: [usize; 2], width: usize) -> Vec<f64> {
    let mut workspace = Workspace::new(net, 1);
    let (input, mut gradient) = (vec![level; net.inputs()], vec![0.0; net.outputs()]);
    workspace.forward(net, Pass::predict(1), &input);
    for y in corner..corner + square {
        gradient[y * width + corner..][..square].fill(1.0);
    }
    let mut slopes = vec![0.0; input.len()];
    workspace.backward_from(net, Pass::predict(1), &input, &gradient, &mut slopes);
    slopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_picture_once_and_keep_away_from_inner_sides() {
        for (length, most, around, step) in [(10, 16, 3, 2), (100, 32, 6, 2), (101, 32, 5, 4), (33, 32, 8, 1)] {
            let tiles = Tiles::new([length, length], most, around, step);
            let (window, mut done) = (tiles.window()[0], 0);
            for Tile { window: first, part } in tiles.rows() {
                assert_eq!((first % step, part.start), (0, done));
                assert!(*first == 0 || part.start - first >= around, "{tiles:?}");
                assert!(first + window >= length || first + window - part.end >= around, "{tiles:?}");
                assert!(part.end <= first + window && first + window <= length.next_multiple_of(step));
                done = part.end;
            }
            assert_eq!(done, length);
        }
    }

    #[test]
    fn a_net_reaches_as_far_as_its_masks() {
        let net = |text: &str| Net::<f32>::from_text(text, Shape::picture(36, 36, 1)).unwrap();
        for (text, reaches, takes, scale) in [
            ("conv 4 3x3 same | relu | conv 1 3x3 same", 2, 1, 1),
            ("space-to-depth 2 | conv 4 3x3 same | depth-to-space 2", 2, 2, 1),
            ("conv 4 5x5 same | depth-to-space 2", 2, 1, 2),
            ("conv 2 3x3 same | thresholded-relu | conv 1 3x3 same", 2, 1, 1),
            ("conv 2 3x3 same | hard-sigmoid | conv 1 3x3 same", 2, 1, 1),
            ("as a | max-pool 2 | conv 3 3x3 same | up 2 | concat a | conv 1 1x1", 2, 2, 1),
        ] {
            let net = net(text);
            assert_eq!(step(&net, scale).unwrap(), takes, "{text}");
            assert_eq!(reach(&net, takes, scale), reaches, "{text}");
        }
        assert!(step(&net("conv 1 3x3"), 1).is_err());
    }
}
