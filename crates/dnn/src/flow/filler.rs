use std::ops::{ControlFlow, Range};

use glassbox_formats::Pixels;
use glassbox_kernels::Pixel;
use glassbox_tensor::Image;
use rayon::prelude::*;

use super::{HOLE_PLANES, from_share, show_holes, to_share, way};
use crate::data::Draws;
use crate::pass::Pass;
use crate::restore::step;
use crate::run::check_finite;
use crate::{Error, Model, Net, Purpose, Restoration, Shape, Workspace};

/// Windows that pass through the net at a time, and how often that many before their answers are added up; the same for
/// any number of threads.
const AT_ONCE: usize = 16;
const BETWEEN_SUMS: usize = 64;

/// Where a picture has holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    sides: [usize; 2],
    hole: Vec<bool>,
}

impl Mask {
    /// White is a hole: a brightness of at least ½. What is transparent is none.
    pub fn of(pixels: &Pixels) -> Self {
        let luma = pixels.luma_over(0.0);
        Self { sides: [luma.height(), luma.width()], hole: luma.as_slice().iter().map(|&luma| luma >= 0.5).collect() }
    }

    /// Pixels in holes.
    pub fn holes(&self) -> usize {
        self.hole.iter().filter(|&&hole| hole).count()
    }
}

/// A net that fills the holes of pictures of any size, depth and number of channels.
///
/// A picture that is larger than those that the net was taught with goes through in windows that overlap by half, those
/// without a hole left out; a pixel's velocity is the mean of its windows'. Each channel is filled alone, from the same
/// noise, so that the channels agree.
///
/// Source: O. Bar-Tal et al., *MultiDiffusion* (2023), for the mean over windows.
#[derive(Debug)]
pub struct Filler {
    net: Net<f32>,
    /// The side of the pictures that the net was taught with, and the number that its sides are multiples of.
    side: usize,
    step: usize,
}

impl Filler {
    /// The steps from noise to what is in the holes.
    pub const STEPS: usize = 20;

    /// Takes a model that was taught to fill.
    ///
    /// # Errors
    /// If the model is for something else, or its net takes other planes.
    pub fn new(model: &Model) -> Result<Self, Error> {
        let (net, purpose) = (model.net.to_f32(), model.about.purpose);
        if purpose != Purpose::Restore(Restoration::Fill) || net.input().channels != HOLE_PLANES {
            let found = net.input();
            return Err(Error::Model(format!(
                "is for {purpose} and takes {found}; a net that fills and takes {HOLE_PLANES} numbers a pixel is needed"
            )));
        }
        let step = step(&net, 1)?;
        Ok(Self { side: net.input().height, net, step })
    }

    /// Fills the holes; all other pixels, and alpha, stay as they are. `seed` decides what comes in.
    ///
    /// # Errors
    /// If the mask is of another size, or an answer of the net is not a number.
    pub fn fill(&self, pixels: Pixels, mask: &Mask, seed: u64) -> Result<Pixels, Error> {
        let (height, width, channels) = pixels.dim();
        if mask.sides != [height, width] {
            let [rows, columns] = mask.sides;
            let problem = format!("{width}×{height} pixels, but the mask has {columns}×{rows}; the same are needed");
            return Err(Error::Data(problem));
        }
        let colours = channels - usize::from(pixels.has_alpha());
        Ok(match pixels {
            Pixels::U8(image) => Pixels::U8(self.by_channels(image, colours, mask, seed)?),
            Pixels::U16(image) => Pixels::U16(self.by_channels(image, colours, mask, seed)?),
            Pixels::F32(image) => Pixels::F32(self.by_channels(image, colours, mask, seed)?),
        })
    }

    fn by_channels<T: Pixel>(
        &self,
        mut image: Image<T>,
        colours: usize,
        mask: &Mask,
        seed: u64,
    ) -> Result<Image<T>, Error> {
        let channels = image.channels();
        for channel in 0..colours {
            let shares = image.as_slice().iter().skip(channel).step_by(channels);
            let plane: Vec<f32> = shares.map(|value| from_share(value.to_real() / T::FULL)).collect();
            let filled = self.plane(&plane, mask, seed)?;
            let places = image.as_mut_slice().iter_mut().skip(channel).step_by(channels);
            for ((place, number), _) in places.zip(filled).zip(&mask.hole).filter(|(_, hole)| **hole) {
                *place = T::from_real(to_share(number) * T::FULL);
            }
        }
        Ok(image)
    }

    /// Fills the holes of one channel.
    fn plane(&self, plane: &[f32], mask: &Mask, seed: u64) -> Result<Vec<f32>, Error> {
        let [height, width] = mask.sides;
        // A small picture gets a rim of hole, so that the net takes it.
        let [rows, columns] =
            mask.sides.map(|length| if length < self.side { length.next_multiple_of(self.step) } else { length });
        let mut x = vec![0.0; rows * columns];
        Draws::seeded(seed, 0).normal(&mut x);
        let mut hole = vec![true; rows * columns];
        for y in 0..height {
            hole[y * columns..][..width].copy_from_slice(&mask.hole[y * width..][..width]);
            let known = x[y * columns..][..width].iter_mut().zip(&plane[y * width..][..width]);
            known.zip(&mask.hole[y * width..]).filter(|(_, hole)| !**hole).for_each(|((x, known), _)| *x = *known);
        }
        let windows = Windows::new([rows, columns], self.side.min(rows), self.side.min(columns), &hole);
        let net = self.net.rebuilt(Shape::picture(windows.sides[0], windows.sides[1], HOLE_PLANES))?;
        let _ =
            way(&mut x, Self::STEPS, |x, t, v| windows.velocity(&net, x, t, &hole, v), |_| ControlFlow::Continue(()));
        check_finite(&x)?;
        Ok((0..height).flat_map(|y| x[y * columns..][..width].iter().copied()).collect())
    }
}

/// Windows of one size over a plane, those that show a hole.
struct Windows {
    columns: usize,
    sides: [usize; 2],
    /// Row and column where each begins.
    corners: Vec<[usize; 2]>,
    /// How many show a pixel.
    counts: Vec<f32>,
}

impl Windows {
    fn new([rows, columns]: [usize; 2], height: usize, width: usize, hole: &[bool]) -> Self {
        let mut windows =
            Self { columns, sides: [height, width], corners: Vec::new(), counts: vec![0.0; rows * columns] };
        let lefts = begins(columns, width);
        for top in begins(rows, height) {
            for &left in &lefts {
                if windows.lines([top, left]).any(|line| hole[line].contains(&true)) {
                    windows.corners.push([top, left]);
                    windows.lines([top, left]).for_each(|line| {
                        windows.counts[line].iter_mut().for_each(|count| *count += 1.0);
                    });
                }
            }
        }
        windows
    }

    /// The places of each row of a window.
    fn lines(&self, [top, left]: [usize; 2]) -> impl Iterator<Item = Range<usize>> + use<> {
        let ([height, width], columns) = (self.sides, self.columns);
        (top..top + height).map(move |y| y * columns + left..y * columns + left + width)
    }

    /// The mean over the windows of what the net says; 0 outside of holes.
    fn velocity(&self, net: &Net<f32>, x: &[f32], t: f32, hole: &[bool], v: &mut [f32]) {
        v.fill(0.0);
        for corners in self.corners.chunks(AT_ONCE * BETWEEN_SUMS) {
            let answers: Vec<Vec<f32>> =
                corners.par_chunks(AT_ONCE).map(|corners| self.answers(net, x, t, hole, corners)).collect();
            let answers = answers.iter().flatten().copied().collect::<Vec<_>>();
            let mut rows = answers.chunks_exact(self.sides[1]);
            for line in corners.iter().flat_map(|&corner| self.lines(corner)) {
                v[line].iter_mut().zip(rows.next().into_iter().flatten()).for_each(|(sum, answer)| *sum += answer);
            }
        }
        for ((v, count), hole) in v.iter_mut().zip(&self.counts).zip(hole) {
            *v = if *hole { *v / count } else { 0.0 };
        }
    }

    /// What the net says of some windows.
    fn answers(&self, net: &Net<f32>, x: &[f32], t: f32, hole: &[bool], corners: &[[usize; 2]]) -> Vec<f32> {
        let mut input = vec![0.0; corners.len() * net.inputs()];
        let rows = input.chunks_exact_mut(self.sides[1] * HOLE_PLANES);
        for (row, line) in rows.zip(corners.iter().flat_map(|&corner| self.lines(corner))) {
            show_holes(&x[line.clone()], t, &hole[line], row);
        }
        Workspace::new(net, corners.len()).forward(net, Pass::predict(corners.len()), &input).to_vec()
    }
}

/// Where windows of `side` begin that overlap by half; the last ends with the picture.
fn begins(length: usize, side: usize) -> Vec<usize> {
    let last = length - side;
    (0..last).step_by((side / 2).max(1)).chain([last]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_with_holes_cover_every_hole() {
        assert_eq!(begins(8, 8), [0]);
        assert_eq!(begins(21, 8), [0, 4, 8, 12, 13]);
        let mut hole = vec![false; 30 * 21];
        hole[29 * 21 + 20] = true;
        let windows = Windows::new([30, 21], 8, 8, &hole);
        assert_eq!(windows.corners, [[22, 13]]);
        assert_eq!(windows.counts.iter().sum::<f32>(), 64.0);
        let all = Windows::new([30, 21], 8, 8, &[true; 630]);
        assert!(all.counts.iter().all(|&count| count >= 1.0));
    }
}
