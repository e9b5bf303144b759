use glassbox_tensor::Image;

use super::Damage;
use crate::data::Draws;

/// Noise that is added to every pixel: normal, of standard deviation σ. The net is shown the noisy pixel and σ, so that
/// one net serves every level.
///
/// `shown = (x + σ·n, σ)`, `target = −σ·n`
///
/// Source: K. Zhang et al., *Beyond a Gaussian denoiser* (2017), for the noise as the target; *FFDNet* (2018), for the
/// level as an input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Denoise {
    /// The level that a picture has, σ in 0 … 1.
    pub sigma: f32,
}

impl Denoise {
    /// The highest level that nets are taught, of 255.
    pub const MOST: f32 = 55.0;

    /// The level that scores are measured at: 25 of 255, as in most papers.
    pub const USUAL: Self = Self { sigma: 25.0 / 255.0 };
}

impl Damage for Denoise {
    fn planes(&self) -> usize {
        2
    }

    fn spoil(&self, clean: &[f32], _side: usize, draws: &mut Draws, input: &mut [f32], target: &mut [f32]) {
        let sigma = draws.unit() * Self::MOST / 255.0;
        draws.normal(target);
        for ((shown, clean), target) in input.chunks_exact_mut(2).zip(clean).zip(target) {
            *target *= -sigma;
            shown.copy_from_slice(&[clean - *target, sigma]);
        }
    }

    fn example(&self, clean: &Image<f32>, draws: &mut Draws) -> Image<f32> {
        let mut noisy = Image::zeros([clean.height(), clean.width(), 1]);
        draws.normal(noisy.as_mut_slice());
        noisy.as_mut_slice().iter_mut().zip(clean.as_slice()).for_each(|(noise, clean)| {
            *noise = clean + self.sigma * *noise;
        });
        noisy
    }

    fn show(&self, pixel: f32, shown: &mut [f32]) {
        shown.copy_from_slice(&[pixel, self.sigma]);
    }

    fn base(&self, damaged: &Image<f32>) -> Image<f32> {
        damaged.clone()
    }
}
