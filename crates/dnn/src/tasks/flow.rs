use glassbox_tensor::Image;
use rayon::prelude::*;

use super::desks::Desks;
use super::{Score, Task};
use crate::data::Draws;
use crate::flow::{HOLE_PLANES, Planes, draw_hole, from_share, on_the_way, show_holes};
use crate::losses::Loss;
use crate::pass::Pass;
use crate::{Dataset, Error, Net, Real, Shape, Workspace};

/// The share of samples that are shown without their class, so that the net also learns how pictures of any class look.
///
/// Source: J. Ho, T. Salimans, *Classifier-free diffusion guidance* (2022).
const DROPPED: f32 = 0.15;

/// Most pictures that a score looks at: a score should take a small part of an epoch.
const LOOKED_AT: usize = 2000;
/// Pictures that pass through the net at a time for a score; the same for any number of threads.
const AT_ONCE: usize = 50;

/// The way from noise to pictures: a picture somewhere on its way in, its velocity as the target.
///
/// Each sample is a picture, new noise, and a new time between 0 and 1.
#[derive(Debug)]
pub struct Flow<'a> {
    subject: Subject<'a>,
    seed: u64,
    desks: Desks<Desk>,
}

/// What comes out of the noise.
#[derive(Debug)]
enum Subject<'a> {
    /// Pictures of a class.
    Classes { pictures: Dataset<'a>, classes: usize },
    /// What is in the holes of pictures, `[height, width, 1]`: a square of `side` pixels a sample.
    Holes { pictures: &'a [Image<u8>], side: usize },
}

/// Room for one sample.
#[derive(Debug, Default)]
struct Desk {
    /// The picture; on its way later.
    picture: Vec<f32>,
    /// The noise; the velocity later.
    noise: Vec<f32>,
    hole: Vec<bool>,
}

impl<'a> Flow<'a> {
    /// Whole pictures of one of `classes` classes. `seed` decides the noise of a score.
    pub fn of_classes(pictures: Dataset<'a>, classes: usize, seed: u64) -> Self {
        Self { subject: Subject::Classes { pictures, classes }, seed, desks: Desks::default() }
    }

    /// What is in holes: squares of `side` pixels from random places of `[height, width, 1]` pictures, as many an epoch
    /// as cover them about once. They are not turned or mirrored: what is up matters. `seed` decides the noise of a
    /// score.
    ///
    /// # Errors
    /// If a picture is smaller than a square.
    pub fn of_holes(pictures: &'a [Image<u8>], side: usize, seed: u64) -> Result<Self, Error> {
        if let Some(small) = pictures.iter().find(|picture| picture.height().min(picture.width()) < side) {
            let (height, width) = (small.height(), small.width());
            return Err(Error::Data(format!(
                "a picture of {width}×{height} pixels; at least {side}×{side} are needed"
            )));
        }
        Ok(Self { subject: Subject::Holes { pictures, side }, seed, desks: Desks::default() })
    }

    /// The shape of a picture.
    fn picture(&self) -> Shape {
        match self.subject {
            Subject::Classes { pictures, .. } => pictures.shape(),
            Subject::Holes { side, .. } => Shape::picture(side, side, 1),
        }
    }

    /// The shapes of the input and of the output of a net.
    fn shapes(&self) -> [Shape; 2] {
        let picture = self.picture();
        let planes = match self.subject {
            Subject::Classes { classes, .. } => Planes { channels: picture.channels, classes }.count(),
            Subject::Holes { .. } => HOLE_PLANES,
        };
        [Shape { channels: planes, ..picture }, picture]
    }

    fn count(&self) -> usize {
        match self.subject {
            Subject::Classes { pictures, .. } => pictures.len(),
            Subject::Holes { pictures, side } => {
                let pixels: usize = pictures.iter().map(|picture| picture.len()).sum();
                pixels.div_ceil(side * side)
            }
        }
    }

    /// Writes one sample at time `t`.
    fn sample<T: Real>(
        &self,
        index: usize,
        t: f32,
        draws: &mut Draws,
        desk: &mut Desk,
        input: &mut [T],
        target: &mut [T],
    ) {
        let Desk { picture, noise, hole } = desk;
        picture.resize(target.len(), 0.0);
        noise.resize(target.len(), 0.0);
        draws.normal(noise);
        let number = |pixel: u8| from_share(f32::from(pixel) / 255.0);
        match self.subject {
            Subject::Classes { pictures, classes } => {
                let pixels = &pictures.images.as_slice()[index * target.len()..][..target.len()];
                picture.iter_mut().zip(pixels).for_each(|(number_of, &pixel)| *number_of = number(pixel));
                for (picture, noise) in picture.iter_mut().zip(&mut *noise) {
                    (*picture, *noise) = on_the_way(*noise, *picture, t);
                }
                let class = (draws.unit() >= DROPPED).then(|| pictures.label(index as u32));
                let channels = pictures.shape().channels;
                Planes { channels, classes }.show(picture, t, class, input);
            }
            Subject::Holes { pictures, side } => {
                let from = &pictures[index % pictures.len()];
                let [top, left] = [from.height(), from.width()].map(|length| draws.below(length - side + 1));
                for (y, row) in picture.chunks_exact_mut(side).enumerate() {
                    let pixels = &from.line(top + y)[left..left + side];
                    row.iter_mut().zip(pixels).for_each(|(number_of, &pixel)| *number_of = number(pixel));
                }
                hole.resize(target.len(), false);
                draw_hole(draws, [side, side], hole);
                for ((picture, noise), &hole) in picture.iter_mut().zip(&mut *noise).zip(&*hole) {
                    (*picture, *noise) = if hole { on_the_way(*noise, *picture, t) } else { (*picture, 0.0) };
                }
                show_holes(picture, t, hole, input);
            }
        }
        target.iter_mut().zip(noise).for_each(|(target, velocity)| *target = T::from_f64((*velocity).into()));
    }
}

impl<T: Real> Task<T> for Flow<'_> {
    fn samples(&self) -> usize {
        self.count()
    }

    fn check(&self, net: &Net<T>) -> Result<(), Error> {
        let needed = self.shapes();
        if [net.input(), net.output()] != needed {
            let ([takes, gives], [input, output]) = ([net.input(), net.output()], needed);
            return Err(Error::Data(format!("{takes} in and {gives} out; {input} in and {output} out is needed")));
        }
        Ok(())
    }

    fn fill(&self, chosen: &[u32], pass: Pass, input: &mut [T], target: &mut [T]) {
        self.desks.each(input, target, self.shapes().map(Shape::len), |sample, desk, input, target| {
            let mut draws = Draws::of(pass, sample);
            let t = draws.unit();
            self.sample(chosen[sample] as usize, t, &mut draws, desk, input, target);
        });
    }

    fn fill_unchanged(&self, chosen: &[u32], pass: Pass, input: &mut [T]) {
        self.fill(chosen, pass, input, &mut vec![T::zero(); chosen.len() * self.picture().len()]);
    }

    /// The mean loss of pictures spread over all, at times spread evenly, with the same noise each time.
    fn score(&self, net: &Net<T>, loss: &dyn Loss<T>) -> Result<Score, Error> {
        self.check(net)?;
        let (all, some) = (self.count(), self.count().min(LOOKED_AT));
        let [inputs, outputs] = self.shapes().map(Shape::len);
        let parts: Vec<usize> = (0..some).step_by(AT_ONCE).collect();
        let losses = parts.into_par_iter().map(|first| {
            let samples = AT_ONCE.min(some - first);
            let (mut input, mut target) = (vec![T::zero(); samples * inputs], vec![T::zero(); samples * outputs]);
            self.desks.each(&mut input, &mut target, [inputs, outputs], |sample, desk, input, target| {
                let look = first + sample;
                let t = (look as f32 + 0.5) / some as f32;
                // The stream that goes with the place, so that times and classes do not go together.
                let mut draws = Draws::seeded(self.seed, look as u64);
                let index = draws.below(all);
                self.sample(index, t, &mut draws, desk, input, target);
            });
            let mut workspace = Workspace::new(net, samples);
            let answers = workspace.forward(net, Pass::predict(samples), &input);
            let pairs = answers.chunks_exact(outputs).zip(target.chunks_exact(outputs));
            pairs.map(|(answer, target)| loss.value(answer, target).as_f64()).sum::<f64>()
        });
        let losses: Vec<f64> = losses.collect();
        let loss = losses.iter().sum::<f64>() / some.max(1) as f64;
        if !loss.is_finite() {
            return Err(Error::Diverged(format!("the loss is {loss}, where a finite number is needed")));
        }
        Ok(Score { total: some, hits: None, psnr: None, loss })
    }
}

#[cfg(test)]
mod tests {
    use glassbox_tensor::Batch;

    use super::*;

    /// Two pictures of 2×2: black and white corners.
    fn pictures() -> Batch<u8> {
        Batch::from_vec([2, 2, 2, 1], vec![0, 255, 255, 0, 255, 255, 0, 255]).unwrap()
    }

    #[test]
    fn a_sample_is_on_the_straight_way_and_its_target_is_the_difference() {
        let images = pictures();
        let task = Flow::of_classes(Dataset { images: &images, labels: &[1, 0] }, 2, 7);
        let (mut named, mut steps) = (0, 0);
        for step in 0..60 {
            let (mut input, mut target) = ([0.0f64; 16], [0.0f64; 4]);
            task.fill(&[0], Pass::train(1, 3, step), &mut input, &mut target);
            let mut draws = Draws::of(Pass::train(1, 3, step), 0);
            let t = f64::from(draws.unit());
            let mut noise = [0.0f32; 4];
            draws.normal(&mut noise);
            for (place, picture) in [-1.0, 1.0, 1.0, -1.0].into_iter().enumerate() {
                let (noise, shown) = (f64::from(noise[place]), &input[4 * place..4 * place + 4]);
                assert!((shown[0] - ((1.0 - t) * noise + t * picture)).abs() < 1e-6, "{step}");
                assert!((target[place] - (picture - noise)).abs() < 1e-6, "{step}");
                assert_eq!(shown[1], t);
                assert_eq!(shown[2], 0.0);
                assert_eq!(shown[3], input[3], "one class for all pixels");
            }
            named += usize::from(input[3] == 1.0);
            steps += 1;
        }
        // 15 % are shown without their class.
        assert!(named > steps / 2 && named < steps, "{named} of {steps}");
    }

    #[test]
    fn known_pixels_stand_still() {
        let image = Image::from_vec([2, 2, 1], vec![0, 255, 51, 204]).unwrap();
        let pictures = [image];
        let task = Flow::of_holes(&pictures, 2, 7).unwrap();
        let mut holes = 0;
        for step in 0..40 {
            let (mut input, mut target) = ([0.0f64; 12], [0.0f64; 4]);
            task.fill(&[0], Pass::train(1, 3, step), &mut input, &mut target);
            let t = f64::from(Draws::of(Pass::train(1, 3, step), 0).unit());
            for (place, picture) in [-1.0, 1.0, -0.6, 0.6].into_iter().enumerate() {
                let shown = &input[3 * place..3 * place + 3];
                assert_eq!(shown[1], t);
                if shown[2] == 1.0 {
                    assert!((shown[0] - picture).abs() < 1e-6 && target[place] == 0.0, "{step}");
                } else {
                    // The rest of the way is (1 − t)·v.
                    assert!((shown[0] + (1.0 - t) * target[place] - picture).abs() < 1e-5, "{step}");
                    holes += 1;
                }
            }
        }
        assert!((20..140).contains(&holes), "{holes}");
        assert!(Flow::of_holes(&pictures, 3, 7).is_err());
    }
}
