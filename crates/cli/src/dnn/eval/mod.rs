//! `dnn eval`: what a model is worth.

mod classes;
mod drawn;
mod restored;

use std::path::PathBuf;

use clap::Args;
use glassbox_dnn::{About, Model, Purpose};
use glassbox_draw::draw_confusion;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::shown;

use super::data::{Data, Part};
use super::drawn::{How, OF_DRAWING};
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say};

/// What a model is worth: accuracy on the test set, PSNR and SSIM, or what a judge says of its drawings
///
/// Of a model that tells classes: accuracy, loss, calibration and confusion matrix on the test set. The calibration
/// error tells how far the largest outputs are from the share of right answers: answers are put into 15 bins by their
/// largest output, and each bin's mean output is compared with the share that is right. The interval is that of 95 % of
/// as many pictures drawn at random from these ones.
///
/// Of a model that restores: PSNR and SSIM beside plain ways. Pictures are damaged, and mended by a median of 3×3 and
/// of 5×5 pixels, a bilateral filter, and the net; or made half as large, and enlarged by bicubic interpolation and the
/// net. The protocol is that of papers. Noise is added to the brightness and not clipped; results are clipped and
/// rounded to 8 bits. Enlarging: MATLAB's bicubic with antialiasing makes the small picture, of colours the luma of
/// rgb2ycbcr (16 to 235) is compared, and a rim of two pixels is not. PSNR and SSIM are means over the pictures.
///
/// Of a model that draws, it draws --count pictures of each class. --judge names another model, which tells classes and
/// had no part in the drawing: the share of pictures that it takes for the class asked for; the Fréchet distance of its
/// features of the last hidden layer from those of the training pictures (0: spread alike); how varied pictures of a
/// class are in them; and the distance of pictures from the nearest training picture (0: copies). Each stands beside
/// the same number of as many test pictures.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn eval model.npz
  dnn eval model.npz --out confusion.png
  dnn eval model.npz --part train --json
  dnn eval denoise.npz --data photos --sigma 25 --out sheet.png
  dnn eval flow.npz --judge best.npz --count 1000")]
pub(super) struct Eval {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Which part of a data set [default: test]
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// Draw the confusion matrix; of a model that restores, pictures before and after
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    /// A model that tells classes, which is asked what drawings are
    #[arg(long, value_name = "MODEL", help_heading = OF_DRAWING)]
    judge: Option<PathBuf>,
    /// Pictures of each class that are drawn [default: 100]
    #[arg(long, value_name = "N", help_heading = OF_DRAWING, value_parser = crate::whole::whole(1..=MOST_PICTURES))]
    count: Option<u32>,
    #[command(flatten)]
    how: How,
    /// Level of the noise, 0 to 255, for models that take noise away [default: 25]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    sigma: Option<f32>,
    /// Seed of noise: of that which is added, or of drawings [default: 0, of drawings 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Most drawings of a class: their features must fit into memory.
const MOST_PICTURES: u32 = 100_000;

impl Eval {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let inputs = [Some(self.model.as_path()), self.data.path(), self.judge.as_deref()];
        check_outputs(&inputs, &[self.out.as_deref()])?;
        let model = Model::load_for(&self.model, "eval")?;
        let purpose = model.about.purpose;
        if self.sigma.is_some() && !matches!(purpose, Purpose::Restore(_)) {
            return Err(wrong_flag("--sigma", "is for models that take noise away"));
        }
        if matches!(purpose, Purpose::Draw(_)) {
            if self.part.is_some() {
                return Err(wrong_flag(
                    "--part",
                    format!("is for models that tell classes; this one is for {purpose}"),
                ));
            }
            return self.drawn(&model, common);
        }
        let flags = [
            ("--judge", self.judge.is_some()),
            ("--count", self.count.is_some()),
            ("--seed", self.seed.is_some() && purpose == Purpose::Classify),
        ];
        let given = flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag);
        if let Some(flag) = given.chain(self.how.given()).next() {
            let kinds = if flag == "--seed" { "take noise away or draw" } else { "draw" };
            return Err(wrong_flag(flag, format!("is for models that {kinds}; this one is for {purpose}")));
        }
        if matches!(purpose, Purpose::Restore(_)) {
            return self.restored(&model, common);
        }
        self.classes(model, common)
    }

    /// Draws the confusion matrix, if a flag asks for it.
    fn draw(&self, confusion: &[Vec<usize>], about: &About, common: &Common) -> anyhow::Result<()> {
        if let Some(out) = &self.out {
            let page = draw_confusion(confusion, &about.class_names);
            let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
        Ok(())
    }
}

/// Prints the matrix, and the share of each label that is right: none if there is no picture of it.
fn confusion(confusion: &[Vec<usize>], about: &About) -> anyhow::Result<()> {
    let label = |class: usize| match about.class_names.is_empty() {
        true => class.to_string(),
        false => format!("{} {class}", about.class_name(class)),
    };
    let wide = (0..confusion.len()).map(|class| label(class).chars().count()).max().unwrap_or(0).max(6);
    let head: String = (0..confusion.len()).map(|class| format!("{class:>6}")).collect();
    say(&format!("{:wide$}{head}   right", ""))?;
    for (class, row) in confusion.iter().enumerate() {
        let cells: String =
            row.iter().map(|count| if *count == 0 { "     .".into() } else { format!(" {count:>5}") }).collect();
        let right = match row.iter().sum::<usize>() {
            0 => "    –".into(),
            all => format!("{:5.1}%", 100.0 * row[class] as f64 / all as f64),
        };
        say(&format!("{:>wide$}{cells}  {right}", label(class)))?;
    }
    Ok(())
}
