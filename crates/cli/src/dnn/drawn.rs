//! Pictures that drawing nets make: how many steps they take, and how they are shown.

use std::ops::ControlFlow;

use clap::Args;
use glassbox_dnn::flow::{Sample, Sampler};
use glassbox_dnn::{About, Drawing, Error, Model, Purpose};
use glassbox_draw::{Tile, draw_sheet, enlarge};
use glassbox_tensor::{Batch, Image};
use indicatif::{ProgressBar, ProgressStyle};

use crate::outcome::wrong_flag;
use crate::run::{Common, interrupted};
use crate::whole::whole;

/// Most steps: more change nothing that can be seen.
const MOST_STEPS: u32 = 10_000;
/// Pictures of a class side by side on a sheet.
const SIDE_BY_SIDE: usize = 10;
/// White pixels between pictures of a sheet.
const GAP: usize = 4;
/// Pictures on a sheet are enlarged to about this side.
const SIDE: usize = 84;

/// The heading of these flags in the help.
pub(super) const OF_DRAWING: &str = "For models that draw";

/// How pictures come out of noise.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = OF_DRAWING)]
pub(super) struct How {
    /// Steps from noise to a picture [default: 20]
    #[arg(long, value_name = "N", value_parser = whole(1..=MOST_STEPS))]
    steps: Option<u32>,
    /// How clearly a picture is of its class: 0 not at all, 1 as the pictures that the net learned from, above 1 more
    /// than these [default: 1.5]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    guidance: Option<f32>,
}

impl How {
    /// The flags that are given.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        let flags = [("--steps", self.steps.is_some()), ("--guidance", self.guidance.is_some())];
        flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag)
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.map_or(Sampler::STEPS, |steps| steps as usize)
    }

    pub(super) fn guidance(&self) -> f32 {
        self.guidance.unwrap_or(Sampler::GUIDANCE)
    }

    /// What draws with a model.
    pub(super) fn sampler(&self, model: &Model) -> anyhow::Result<Sampler> {
        if !self.guidance().is_finite() {
            return Err(wrong_flag("--guidance", format!("found {}; a number is needed", self.guidance())));
        }
        let purpose = model.about.purpose;
        if purpose != Purpose::Draw(Drawing::Flow) {
            return Err(Error::Model(format!("is for {purpose}; one that draws in steps is needed")).into());
        }
        Ok(Sampler::new(&model.net.to_f32())?.with(self.steps(), self.guidance()))
    }
}

/// Draws pictures of these classes; on Ctrl-C those that are whole come back.
pub(super) fn draw(
    sampler: &Sampler,
    how: &How,
    classes: &[usize],
    seed: u64,
    keep_way: bool,
    common: &Common,
) -> anyhow::Result<Vec<Sample>> {
    let steps = (classes.len() * how.steps()) as u64;
    let bar = if common.shows_progress() { ProgressBar::new(steps) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}% of {msg}, {eta} left")?);
    bar.set_message(format!("{} pictures", classes.len()));
    let drawn = sampler.draw(classes, seed, keep_way, &|pictures| {
        bar.inc(pictures as u64);
        if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    Ok(drawn?)
}

/// A sheet of pictures, those of a class together under its name; `of` gives the picture of a sample.
pub(super) fn sheet<'s>(samples: &'s [Sample], about: &About, of: impl Fn(&'s Sample) -> &'s Image<u8>) -> Image<u8> {
    let mut tiles = Vec::new();
    for together in samples.chunk_by(|one, next| one.class == next.class) {
        let pictures: Vec<_> = together.iter().map(&of).collect();
        tiles.push(Tile { label: about.class_name(together[0].class), image: side_by_side(&pictures) });
    }
    draw_sheet(&tiles, 1)
}

/// Pictures in rows: one channel dark on light, as ink is.
fn side_by_side(pictures: &[&Image<u8>]) -> Image<u8> {
    let (height, width, channels) = pictures[0].dim();
    let times = (SIDE / height.max(width)).max(1);
    let columns = pictures.len().min(SIDE_BY_SIDE);
    let (down, right) = (height * times + GAP, width * times + GAP);
    let mut page = Image::zeros([down * pictures.len().div_ceil(columns) - GAP, right * columns - GAP, channels]);
    page.as_mut_slice().fill(255);
    let line = page.line_length();
    for (index, picture) in pictures.iter().enumerate() {
        let (top, left) = (index / columns * down, index % columns * right);
        let shown = enlarge(&picture.map(|value| if channels == 1 { 255 - value } else { value }), times);
        for y in 0..shown.height() {
            let place = (top + y) * line + left * channels;
            page.as_mut_slice()[place..][..shown.line_length()].copy_from_slice(shown.line(y));
        }
    }
    page
}

/// The pictures as data sets hold them, and their classes.
///
/// # Shape
/// `[n, height, width, channels]`
pub(super) fn labelled(samples: &[Sample], sampler: &Sampler) -> anyhow::Result<(Batch<u8>, Vec<u8>)> {
    let picture = sampler.picture();
    let pixels = samples.iter().flat_map(|sample| sample.picture.as_slice().iter().copied()).collect();
    let images = Batch::from_vec([samples.len(), picture.height, picture.width, picture.channels], pixels)?;
    let classes = samples.iter().map(|sample| Ok(u8::try_from(sample.class)?));
    Ok((images, classes.collect::<anyhow::Result<_>>()?))
}
