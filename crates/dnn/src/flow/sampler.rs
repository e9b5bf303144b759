use std::ops::ControlFlow;

use glassbox_tensor::Image;
use rayon::prelude::*;

use super::{Planes, to_share, way};
use crate::data::Draws;
use crate::pass::Pass;
use crate::run::check_finite;
use crate::{Error, Net, Real, Shape, Workspace};

/// Pictures that are on their way together; the same for any number of threads.
const AT_ONCE: usize = 25;

/// A net that draws pictures of its classes.
///
/// Its velocity is that of the class, led away from that of any class: `v = v₀ + g·(v_c − v₀)`. A guidance `g` above 1
/// makes pictures that are more clearly of their class, and less varied.
///
/// Source: J. Ho, T. Salimans, *Classifier-free diffusion guidance* (2022).
#[derive(Clone, Debug)]
pub struct Sampler {
    net: Net<f32>,
    planes: Planes,
    steps: usize,
    guidance: f32,
}

/// A drawn picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The class that was asked for.
    pub class: usize,
    /// `[height, width, channels]`, 0 … 255.
    pub picture: Image<u8>,
    /// The noise and the picture after each step, if they are kept.
    pub way: Vec<Image<u8>>,
}

impl Sampler {
    /// The steps that most pictures take, and their guidance.
    pub const STEPS: usize = 20;
    /// See [`STEPS`](Self::STEPS).
    pub const GUIDANCE: f32 = 1.5;

    /// A net that was taught [`Flow`](crate::tasks::Flow) of classes, with the usual steps and guidance.
    ///
    /// # Errors
    /// If it makes no picture of one with planes for the time and the classes.
    pub fn new<T: Real>(net: &Net<T>) -> Result<Self, Error> {
        let planes = Planes::of(net)?;
        Ok(Self { net: net.rebuilt(net.input())?, planes, steps: Self::STEPS, guidance: Self::GUIDANCE })
    }

    /// With as many steps, each as long as the others, and this guidance.
    pub fn with(self, steps: usize, guidance: f32) -> Self {
        Self { steps, guidance, ..self }
    }

    /// The shape of a picture.
    pub fn picture(&self) -> Shape {
        self.net.output()
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.planes.classes
    }

    /// Draws a picture of each of these classes. The noise depends on the seed and on the place in the list alone;
    /// `keep_way` keeps the noise and every step. `report` is told how many pictures have gone one step more, and may
    /// end the drawing: then only the pictures that are whole come back.
    ///
    /// # Errors
    /// If there is no such class, or the net's answers are not numbers.
    pub fn draw(
        &self,
        classes: &[usize],
        seed: u64,
        keep_way: bool,
        report: &(dyn Fn(usize) -> ControlFlow<()> + Sync),
    ) -> Result<Vec<Sample>, Error> {
        if let Some(class) = classes.iter().find(|&&class| class >= self.classes()) {
            return Err(Error::Data(format!("there is no class {class}; this net has 0 … {}", self.classes() - 1)));
        }
        let parts = classes.par_chunks(AT_ONCE).enumerate();
        let parts = parts.map(|(part, classes)| self.part(classes, [seed, (part * AT_ONCE) as u64], keep_way, report));
        Ok(parts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Pictures that are on their way together; none if the way was ended.
    fn part(
        &self,
        classes: &[usize],
        [seed, first]: [u64; 2],
        keep_way: bool,
        report: &(dyn Fn(usize) -> ControlFlow<()> + Sync),
    ) -> Result<Vec<Sample>, Error> {
        let numbers = self.picture().len();
        let mut x = vec![0.0; classes.len() * numbers];
        for (number, x) in (first..).zip(x.chunks_exact_mut(numbers)) {
            Draws::seeded(seed, number).normal(x);
        }
        let mut ways: Vec<Vec<Image<u8>>> = vec![Vec::new(); if keep_way { classes.len() } else { 0 }];
        let keep = |x: &[f32], ways: &mut [Vec<Image<u8>>]| {
            ways.iter_mut().zip(x.chunks_exact(numbers)).for_each(|(way, x)| way.push(self.picture_of(x)));
        };
        keep(&x, &mut ways);
        let mut velocity = self.velocity(classes);
        let ended = way(&mut x, self.steps, &mut velocity, |x| {
            keep(x, &mut ways);
            report(classes.len())
        });
        check_finite(&x)?;
        if ended.is_break() {
            return Ok(Vec::new());
        }
        let mut ways = ways.into_iter();
        let pictures = classes.iter().zip(x.chunks_exact(numbers));
        Ok(pictures
            .map(|(&class, x)| Sample { class, picture: self.picture_of(x), way: ways.next().unwrap_or_default() })
            .collect())
    }

    /// `v₀ + g·(v_c − v₀)` of pictures of these classes; where g is 0 or 1, only one of the two is asked for.
    fn velocity(&self, classes: &[usize]) -> impl FnMut(&[f32], f32, &mut [f32]) {
        let (numbers, inputs) = (self.picture().len(), self.net.inputs());
        let named = classes.iter().map(|&class| Some(class)).filter(|_| self.guidance != 0.0);
        let nameless = classes.iter().map(|_| None).filter(|_| self.guidance != 1.0);
        let shown: Vec<Option<usize>> = named.chain(nameless).collect();
        let mut input = vec![0.0; shown.len() * inputs];
        let mut workspace = Workspace::new(&self.net, shown.len());
        move |x, t, v| {
            let pictures = x.chunks_exact(numbers).cycle();
            for ((input, x), class) in input.chunks_exact_mut(inputs).zip(pictures).zip(&shown) {
                self.planes.show(x, t, *class, input);
            }
            let answers = workspace.forward(&self.net, Pass::predict(shown.len()), &input);
            let (first, second) = answers.split_at(v.len());
            v.copy_from_slice(first);
            for (v, any) in v.iter_mut().zip(second) {
                *v = any + self.guidance * (*v - any);
            }
        }
    }

    fn picture_of(&self, x: &[f32]) -> Image<u8> {
        let Shape { height, width, channels } = self.picture();
        let pixels = x.iter().map(|&x| (255.0 * to_share(x)).round() as u8).collect();
        Image::from_vec([height, width, channels], pixels).expect("a picture's numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `v = −x + 2·(plane of class 1)`, whatever the time: a net of one mask of one pixel.
    fn sampler() -> Sampler {
        let mut net = Net::<f32>::from_text("conv 1 1x1 no-bias", Shape::picture(4, 4, 4)).unwrap();
        net.parameters_mut()[0][0].as_mut_slice().copy_from_slice(&[-1.0, 0.0, 0.0, 2.0]);
        Sampler::new(&net).unwrap()
    }

    fn go_on(_: usize) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn guidance_leads_away_from_any_class() {
        let pixel = |guidance: f32, class: usize| {
            let drawn = sampler().with(1, guidance).draw(&[class], 1, false, &go_on).unwrap();
            drawn[0].picture.as_slice()[0]
        };
        // One step of −x leads to 0, the plane of class 1 adds 2·g: a grey pixel, a white one.
        assert_eq!([pixel(1.5, 0), pixel(0.0, 1), pixel(1.0, 1), pixel(0.25, 1)], [128, 128, 255, 191]);
    }

    #[test]
    fn noise_depends_on_the_seed_and_the_place_alone() {
        let sampler = sampler().with(3, 1.5);
        let draw = |classes: &[usize], seed: u64| sampler.draw(classes, seed, true, &go_on).unwrap();
        let (many, few) = (draw(&[0; 60], 1), draw(&[0; 27], 1));
        assert_eq!(many[..27], few[..]);
        assert_eq!((many[0].way.len(), &many[0].way[3]), (4, &many[0].picture));
        assert!(many[0].way[0] != many[1].way[0] && many[0].way[0] != draw(&[0], 2)[0].way[0]);
        assert!(sampler.draw(&[2], 1, false, &go_on).is_err());
    }

    #[test]
    fn an_ended_drawing_leaves_whole_pictures() {
        let sampler = sampler().with(2, 1.0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let told = std::sync::atomic::AtomicUsize::new(0);
        let report = |pictures: usize| {
            let before = told.fetch_add(pictures, std::sync::atomic::Ordering::Relaxed);
            if before < 50 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let drawn = pool.install(|| sampler.draw(&[1; 60], 1, false, &report)).unwrap();
        assert_eq!(drawn.len(), 25);
    }
}
