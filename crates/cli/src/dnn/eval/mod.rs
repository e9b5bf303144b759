//! `dnn eval`: what a model's answers are worth.

mod classes;
mod restored;

use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::{Model, Purpose};

use super::data::{Data, Part};
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::Common;

/// Accuracy, loss and confusion matrix of a model on the test set; of a model that restores, PSNR and SSIM
///
/// A model that restores is compared with plain ways: pictures are damaged, and mended by a median of 3×3 and of 5×5
/// pixels, a bilateral filter, and the net; or made half as large, and enlarged by bicubic interpolation and the net.
///
/// The protocol is that of papers. Noise is added to the brightness and not clipped; results are clipped and rounded to
/// 8 bits. Enlarging: MATLAB's bicubic with antialiasing makes the small picture, of colours the luma of rgb2ycbcr
/// (16 to 235) is compared, and a rim of two pixels is not. PSNR and SSIM are means over the pictures.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn eval model.npz
  dnn eval model.npz --out confusion.png
  dnn eval model.npz --part train --json
  dnn eval denoise.npz --data photos --sigma 25 --out sheet.png")]
pub(super) struct Eval {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Which part of a data set [default: test]
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// Draw the confusion matrix; of a model that restores, pictures before and after
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Level of the noise, 0 to 255, for models that take noise away [default: 25]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    sigma: Option<f32>,
    /// Seed of the noise [default: 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    data: Data,
}

impl Eval {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[Some(&self.model), self.data.path()], &[self.out.as_deref()])?;
        let model = Model::load(&self.model)?;
        if let Purpose::Restore(_) = model.about.purpose {
            return self.restored(&model, common);
        }
        if self.sigma.is_some() || self.seed.is_some() {
            let flag = if self.sigma.is_some() { "--sigma" } else { "--seed" };
            return Err(wrong_flag(flag, "is for models that take noise away"));
        }
        self.classes(model, common)
    }
}
