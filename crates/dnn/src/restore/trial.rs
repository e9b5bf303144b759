use glassbox_formats::Pixels;
use glassbox_kernels::{Engine, filters, psnr, ssim};
use glassbox_tensor::Image;

use super::mender::damage_of;
use super::{Damage, Denoise, Enlarge, Restorer, enlarged};
use crate::data::Draws;
use crate::{Error, Model, Restoration};

/// Pixels along every side of an enlarged picture that are not compared, as in papers.
const RIM: usize = 2;

/// A restoring model beside what needs no net, on pictures that are damaged for it.
///
/// The protocol is that of papers. Noise is not cut off at black and white; what is made of it is, and rounded to 8
/// bits.
/// For `enlarge` a picture is made half as large with cubic weights and not rounded, and a rim of two pixels is not
/// compared.
#[derive(Debug)]
pub struct Trial {
    restorer: Restorer,
    damage: Restoration,
    sigma: f32,
    seed: u64,
}

/// What was made of a damaged picture, and how like the clean one it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// How it was made: `noisy` and `bicubic` by nothing else, `net` by the net.
    pub way: &'static str,
    /// The result.
    pub picture: Image<u8>,
    /// Its [`psnr`] in decibels; infinite if it is the clean picture. That of `noisy` is before clipping.
    pub psnr: f64,
    /// Its [`ssim`]; none if it is smaller than that needs.
    pub ssim: Option<f64>,
}

impl Trial {
    /// Takes a model that restores. Noise of the level `sigma`, 0 … 255, is drawn by `seed`.
    ///
    /// # Errors
    /// If the model is for something else.
    pub fn new(model: &Model, sigma: f32, seed: u64) -> Result<Self, Error> {
        let (damage, kind) = damage_of(model)?;
        Ok(Self { restorer: Restorer::new(&model.net.to_f32(), kind)?, damage, sigma, seed })
    }

    /// What the model mends.
    pub fn damage(&self) -> Restoration {
        self.damage
    }

    /// The part of a picture that is compared: its brightness over white. For `enlarge` that of colours is MATLAB's
    /// `rgb2ycbcr`, from 16 to 235, as in papers, and of odd sides the last row or column is left out.
    ///
    /// # Shape
    /// `[height, width, channels]` → `[height, width, 1]`
    pub fn clean(&self, pixels: &Pixels) -> Image<u8> {
        if self.damage != Restoration::Enlarge {
            return Pixels::F32(pixels.luma_over(1.0)).to_u8();
        }
        let luma = match pixels.dim().2 {
            1 | 2 => pixels.luma_over(1.0),
            _ => video_luma(&pixels.colours_within(1.0, usize::MAX)),
        };
        let even = [luma.height() / 2 * 2, luma.width() / 2 * 2, 1];
        Pixels::F32(Image::from_fn(even, |(y, x, _)| luma.line(y)[x])).to_u8()
    }

    /// Damages a picture, the `index`-th of the trial, and mends it in every way: the damaged picture first, the net's
    /// last.
    ///
    /// # Errors
    /// If the picture has no pixels that are compared, or an answer of the net is not a number.
    pub fn attempts(&self, index: u64, clean: &Image<u8>) -> Result<Vec<Attempt>, Error> {
        let (height, width, _) = clean.dim();
        let rim = if self.damage == Restoration::Enlarge { RIM } else { 0 };
        if height.min(width) <= 2 * rim {
            let least = 2 * rim + 1;
            return Err(Error::Data(format!("has {width}×{height} pixels; at least {least}×{least} are needed")));
        }
        let unit = clean.map(|value| f32::from(value) / 255.0);
        let mut draws = Draws::seeded(self.seed, index);
        let results = match self.damage {
            Restoration::Enlarge => {
                let small = Enlarge.example(&unit, &mut draws);
                vec![("bicubic", enlarged(&small)), ("net", self.restorer.plane(&Enlarge, &small)?)]
            }
            _ => {
                let damage = Denoise { sigma: self.sigma / 255.0 };
                let noisy = damage.example(&unit, &mut draws);
                // Twice and a half the level, as people choose it.
                let bilateral = format!("bilateral:sigma=1.8,range={}", (self.sigma / 102.0).clamp(0.001, 10.0));
                let plain =
                    [("median 3", "median:size=3"), ("median 5", "median:size=5"), ("bilateral", bilateral.as_str())];
                let mut results: Vec<_> = plain.map(|(way, label)| (way, filtered(label, &noisy))).into();
                results.push(("net", self.restorer.plane(&damage, &noisy)?));
                results.insert(0, ("noisy", noisy));
                results
            }
        };
        let inner = inside(clean, rim);
        // Papers measure the noise before it is cut off.
        let noise = (self.damage == Restoration::Denoise).then(|| {
            let noisy = &results[0].1;
            let squares = noisy.as_slice().iter().zip(unit.as_slice()).map(|(a, b)| f64::from(a - b).powi(2));
            -10.0 * (squares.sum::<f64>() / unit.len() as f64).log10()
        });
        let attempt = |(way, result)| {
            let picture = Pixels::F32(result).to_u8();
            let part = inside(&picture, rim);
            let psnr = (if way == "noisy" { noise } else { None }).unwrap_or_else(|| psnr(&part, &inner));
            Attempt { way, psnr, ssim: ssim(&part, &inner), picture }
        };
        Ok(results.into_iter().map(attempt).collect())
    }
}

/// Rec. 601's luma as video has it: `(16 + 65.481·R + 128.553·G + 24.966·B) / 255`.
fn video_luma(colours: &Image<f32>) -> Image<f32> {
    let of = |pixel: &[f32]| (16.0 + 65.481 * pixel[0] + 128.553 * pixel[1] + 24.966 * pixel[2]) / 255.0;
    let numbers = colours.as_slice().chunks_exact(3).map(of).collect();
    Image::from_vec([colours.height(), colours.width(), 1], numbers).expect("a number a pixel")
}

fn filtered(label: &str, picture: &Image<f32>) -> Image<f32> {
    let filter = filters::parse(label).expect("an operator of the registry");
    Engine::default().run(&[filter], picture).expect("it takes pictures of any size")
}

/// A picture without its rim.
fn inside(picture: &Image<u8>, rim: usize) -> Image<u8> {
    let [height, width] = [picture.height(), picture.width()].map(|side| side - 2 * rim);
    Image::from_fn([height, width, 1], |(y, x, _)| picture.line(y + rim)[x + rim])
}
