use glassbox_formats::Pixels;
use glassbox_kernels::psnr;
use glassbox_tensor::Image;

use super::desks::Desks;
use super::{Score, Task};
use crate::data::Draws;
use crate::losses::Loss;
use crate::pass::Pass;
use crate::restore::{Damage, Restorer};
use crate::{Error, Net, Real, Shape};

/// Most pictures that a score looks at, and their longest side: a score should take a small part of an epoch.
const LOOKED_AT: usize = 24;
const LONGEST: usize = 256;

/// Mending pictures: a damaged patch in, what must be added to mend it as the target.
///
/// Each sample is a patch from a random place, each place of each picture as likely as every other, turned and mirrored
/// at random, damaged at random.
#[derive(Debug)]
pub struct Patches<'a> {
    pictures: &'a [Image<u8>],
    /// Places for a patch in the pictures up to each.
    places: Vec<usize>,
    damage: &'a dyn Damage,
    /// The side of a damaged patch.
    side: usize,
    samples: usize,
    seed: u64,
    desks: Desks<Desk>,
}

/// Room for one sample.
#[derive(Debug, Default)]
struct Desk {
    clean: Vec<f32>,
    input: Vec<f32>,
    target: Vec<f32>,
}

impl<'a> Patches<'a> {
    /// Patches of `side × side` damaged pixels from `[height, width, 1]` pictures; as many an epoch as cover them about
    /// once. `seed` decides how pictures are damaged for a score.
    ///
    /// # Errors
    /// If a picture is smaller than a patch.
    pub fn new(pictures: &'a [Image<u8>], damage: &'a dyn Damage, side: usize, seed: u64) -> Result<Self, Error> {
        let whole = side * damage.scale();
        if let Some(small) = pictures.iter().find(|picture| picture.height().min(picture.width()) < whole) {
            let (height, width) = (small.height(), small.width());
            let problem = format!("a picture of {width}×{height} pixels; at least {whole}×{whole} are needed");
            return Err(Error::Data(problem));
        }
        let pixels: usize = pictures.iter().map(|picture| picture.len()).sum();
        let samples = pixels.div_ceil(whole * whole);
        let places = pictures.iter().scan(0, |sum, picture| {
            *sum += (picture.height() - whole + 1) * (picture.width() - whole + 1);
            Some(*sum)
        });
        Ok(Self { pictures, places: places.collect(), damage, side, samples, seed, desks: Desks::default() })
    }

    /// Writes one sample.
    fn sample<T: Real>(&self, draws: &mut Draws, desk: &mut Desk, input: &mut [T], target: &mut [T]) {
        let whole = self.side * self.damage.scale();
        desk.clean.resize(whole * whole, 0.0);
        desk.input.resize(input.len(), 0.0);
        desk.target.resize(target.len(), 0.0);
        let place = draws.below(self.places.last().copied().unwrap_or(0));
        let index = self.places.partition_point(|&sum| sum <= place);
        let picture = &self.pictures[index];
        let place = place - if index > 0 { self.places[index - 1] } else { 0 };
        let columns = picture.width() - whole + 1;
        let corner = [place / columns, place % columns];
        patch(picture, corner, draws.below(8), whole, &mut desk.clean);
        self.damage.spoil(&desk.clean, self.side, draws, &mut desk.input, &mut desk.target);
        let convert = |to: &mut [T], from: &[f32]| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = T::from_f64(f64::from(*from)));
        };
        convert(input, &desk.input);
        convert(target, &desk.target);
    }
}

/// A square of a picture in 0 … 1, in one of its eight positions: mirrored if bit 0 is set, upside down if bit 1 is,
/// rows and columns exchanged if bit 2 is.
fn patch(picture: &Image<u8>, [top, left]: [usize; 2], position: usize, side: usize, out: &mut [f32]) {
    let turned = |place: usize, bit: usize| if position >> bit & 1 == 1 { side - 1 - place } else { place };
    for (index, out) in out.iter_mut().enumerate() {
        let (i, j) = (turned(index / side, 1), turned(index % side, 0));
        let (i, j) = if position >> 2 == 1 { (j, i) } else { (i, j) };
        *out = f32::from(picture.line(top + i)[left + j]) / 255.0;
    }
}

impl<T: Real> Task<T> for Patches<'_> {
    fn samples(&self) -> usize {
        self.samples
    }

    fn check(&self, net: &Net<T>) -> Result<(), Error> {
        let (side, scale) = (self.side, self.damage.scale());
        let needed = [Shape::picture(side, side, self.damage.planes()), Shape::picture(side * scale, side * scale, 1)];
        if [net.input(), net.output()] != needed {
            let ([takes, gives], [input, output]) = ([net.input(), net.output()], needed);
            return Err(Error::Data(format!("{takes} in and {gives} out; {input} in and {output} out is needed")));
        }
        Ok(())
    }

    fn fill(&self, chosen: &[u32], pass: Pass, input: &mut [T], target: &mut [T]) {
        let sizes = [input.len(), target.len()].map(|numbers| numbers / chosen.len().max(1));
        self.desks.each(input, target, sizes, |sample, desk, input, target| {
            self.sample(&mut Draws::of(pass, sample), desk, input, target);
        });
    }

    fn fill_unchanged(&self, chosen: &[u32], pass: Pass, input: &mut [T]) {
        let outputs = (self.side * self.damage.scale()).pow(2);
        self.fill(chosen, pass, input, &mut vec![T::zero(); chosen.len() * outputs]);
    }

    fn score(&self, net: &Net<T>, _loss: &dyn Loss<T>) -> Result<Score, Error> {
        let restorer = Restorer::new(net, self.damage)?;
        let some = self.pictures.len().min(LOOKED_AT);
        let (mut decibels, mut squares) = (0.0, 0.0);
        for look in 0..some {
            let picture = middle(&self.pictures[look * self.pictures.len() / some], self.damage.scale());
            let clean = picture.map(|value| f32::from(value) / 255.0);
            let damaged = self.damage.example(&clean, &mut Draws::seeded(self.seed, look as u64));
            let mended = restorer.plane(self.damage, &damaged)?;
            let difference = mended.as_slice().iter().zip(clean.as_slice()).map(|(a, b)| f64::from(a - b).powi(2));
            squares += difference.sum::<f64>() / clean.len() as f64;
            decibels += psnr(&Pixels::F32(mended).to_u8(), &picture);
        }
        let mean = |sum: f64| sum / some.max(1) as f64;
        if !squares.is_finite() {
            return Err(Error::Diverged(format!("the squared error is {squares}, where a finite number is needed")));
        }
        Ok(Score { total: some, hits: None, psnr: (some > 0).then(|| mean(decibels)), loss: mean(squares) })
    }
}

/// The middle of a picture, no larger than a score looks at, its sides multiples of `scale`.
fn middle(picture: &Image<u8>, scale: usize) -> Image<u8> {
    let [height, width] = [picture.height(), picture.width()].map(|side| side.min(LONGEST) / scale * scale);
    let (top, left) = ((picture.height() - height) / 2, (picture.width() - width) / 2);
    let pixels = (top..top + height).flat_map(|y| picture.line(y)[left..left + width].iter().copied());
    Image::from_vec([height, width, 1], pixels.collect()).expect("a row a line")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_stand_in_all_eight_positions() {
        let picture = Image::from_vec([2, 3, 1], vec![9, 0, 1, 9, 2, 3]).unwrap();
        let mut seen: Vec<Vec<u8>> = (0..8)
            .map(|position| {
                let mut out = [0.0; 4];
                patch(&picture, [0, 1], position, 2, &mut out);
                out.iter().map(|value| (value * 255.0).round() as u8).collect()
            })
            .collect();
        assert_eq!(seen[0], [0, 1, 2, 3]);
        assert_eq!(seen[1], [1, 0, 3, 2]);
        assert_eq!(seen[4], [0, 2, 1, 3]);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 8);
    }
}
