use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use glassbox_dnn::restore::{Attempt, Trial};
use glassbox_dnn::{Model, Restoration};
use glassbox_draw::{Tile, draw_sheet};
use glassbox_formats::data::{Labelled, picture_files};
use glassbox_formats::{Format, Packing, Picture, Pixels, write_picture};
use glassbox_tensor::{Image, shown};
use serde_json::{Value, json};

use super::Eval;
use crate::dnn::data::Part;
use crate::filters::read_pixels;
use crate::outcome::wrong_flag;
use crate::run::{Common, catch_interrupts, say, say_json};

/// The level of noise that papers measure at, and the highest.
const USUAL_SIGMA: f32 = 25.0;
const MOST_SIGMA: f32 = 255.0;

/// Most pictures on a sheet, and their longest side.
const MOST_SHOWN: usize = 8;
const LONGEST: usize = 256;

/// The pictures that a model is tried on.
enum Source {
    Files(Vec<PathBuf>),
    Set(Labelled),
}

impl Source {
    fn len(&self) -> usize {
        match self {
            Source::Files(files) => files.len(),
            Source::Set(set) => set.len(),
        }
    }

    /// A picture and its name.
    fn picture(&self, index: usize, common: &Common) -> anyhow::Result<(String, Pixels)> {
        match self {
            Source::Files(files) => Ok((shown(&files[index]), read_pixels(&files[index], common)?)),
            Source::Set(set) => {
                let (_, height, width, channels) = set.images.dim();
                let size = height * width * channels;
                let pixels = set.images.as_slice()[index * size..][..size].to_vec();
                let image = Image::from_vec([height, width, channels], pixels).context("a picture of the set")?;
                Ok((format!("picture {index}"), Pixels::U8(image)))
            }
        }
    }
}

impl Eval {
    /// PSNR and SSIM of a model that restores, beside plain ways.
    pub(super) fn restored(&self, model: &Model, common: &Common) -> anyhow::Result<()> {
        let (sigma, seed) = (self.sigma.unwrap_or(USUAL_SIGMA), self.seed.unwrap_or(0));
        if !(0.0..=MOST_SIGMA).contains(&sigma) {
            return Err(wrong_flag("--sigma", format!("found {sigma}; 0 to {MOST_SIGMA} is allowed")));
        }
        let trial = Trial::new(model, sigma, seed).with_context(|| shown(&self.model))?;
        let is_noise = trial.damage() == Restoration::Denoise;
        for (flag, is_set) in [("--sigma", self.sigma.is_some()), ("--seed", self.seed.is_some())] {
            if is_set && !is_noise {
                return Err(wrong_flag(flag, "is for models that take noise away"));
            }
        }
        if let Some(out) = &self.out {
            common.check_writable(out)?;
        }
        let source = self.source()?;
        catch_interrupts(false)?;
        common.warn_of_debug_build();
        let (mut means, mut tiles, shown_every) = (Vec::new(), Vec::new(), source.len().div_ceil(MOST_SHOWN));
        for index in 0..source.len() {
            let (name, pixels) = source.picture(index, common)?;
            let clean = trial.clean(&pixels);
            let attempts = trial.attempts(index as u64, &clean).with_context(|| name.clone())?;
            add(&mut means, &attempts);
            if common.verbose {
                tell(&name, &attempts, common)?;
            }
            if self.out.is_some() && index % shown_every == 0 {
                tiles.extend(side_by_side(&attempts, &clean));
            }
        }
        if let Some(out) = &self.out {
            let page = Picture::from(Pixels::U8(draw_sheet(&tiles, 3)));
            let notes = write_picture(out, page, Packing::default())?.notes;
            notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
        }
        let (data, count) = (self.data.name(), source.len());
        if common.json {
            let mut line = json!({
                "event": "eval", "model": self.model.display().to_string(), "data": data,
                "purpose": model.about.purpose.to_string(), "pictures": count,
                "ways": means.iter().map(Mean::to_json).collect::<Vec<_>>(),
            });
            if is_noise {
                (line["sigma"], line["seed"]) = (sigma.into(), seed.into());
            }
            return Ok(say_json(&line)?);
        }
        let damage = if is_noise { format!("noise of sigma {sigma}") } else { "half the size".into() };
        say(&format!("{count} pictures of {data}, {damage}: mean PSNR and SSIM of their brightness"))?;
        means.iter().try_for_each(|mean| Ok(say(&mean.line(&shown(&self.model)))?))
    }

    /// The pictures of `--data`: every one of a folder, or a part of a data set.
    fn source(&self) -> anyhow::Result<Source> {
        let files = match self.data.path() {
            Some(path) if path.is_dir() => picture_files(path)?,
            Some(path) if Format::of_path(path).is_ok() => vec![path.into()],
            _ => Vec::new(),
        };
        if !files.is_empty() {
            if self.part.is_some() {
                let problem = format!("is for data sets; all pictures of {} are looked at", self.data.name());
                return Err(wrong_flag("--part", problem));
            }
            return Ok(Source::Files(files));
        }
        let (data, part) = (self.data.read()?, self.part.unwrap_or(Part::Test));
        let set = if part == Part::Test { data.test } else { data.train };
        ensure!(!set.is_empty(), "{}: has no {} pictures", data.name, part.name());
        Ok(Source::Set(set))
    }
}

/// The mean over the pictures so far, of one way.
struct Mean {
    way: &'static str,
    psnr: f64,
    ssim: f64,
    pictures: usize,
    /// Those that are large enough for SSIM.
    similar: usize,
}

impl Mean {
    fn psnr(&self) -> f64 {
        self.psnr / self.pictures as f64
    }

    fn ssim(&self) -> Option<f64> {
        (self.similar > 0).then(|| self.ssim / self.similar as f64)
    }

    fn to_json(&self) -> Value {
        json!({"way": self.way, "psnr": self.psnr(), "ssim": self.ssim()})
    }

    fn line(&self, model: &str) -> String {
        let way = if self.way == "net" { model } else { self.way };
        format!("{way:<16} {}", worth(self.psnr(), self.ssim()))
    }
}

fn add(means: &mut Vec<Mean>, attempts: &[Attempt]) {
    if means.is_empty() {
        *means = attempts.iter().map(|a| Mean { way: a.way, psnr: 0.0, ssim: 0.0, pictures: 0, similar: 0 }).collect();
    }
    for (mean, attempt) in means.iter_mut().zip(attempts) {
        mean.psnr += attempt.psnr;
        mean.pictures += 1;
        mean.ssim += attempt.ssim.unwrap_or(0.0);
        mean.similar += usize::from(attempt.ssim.is_some());
    }
}

/// Says how a picture was mended.
fn tell(name: &str, attempts: &[Attempt], common: &Common) -> anyhow::Result<()> {
    if common.json {
        let way = |attempt: &Attempt| json!({"way": attempt.way, "psnr": attempt.psnr, "ssim": attempt.ssim});
        let ways: Vec<_> = attempts.iter().map(way).collect();
        return Ok(say_json(&json!({"event": "picture", "picture": name, "ways": ways}))?);
    }
    let parts: Vec<_> = attempts.iter().map(|a| format!("{} {}", a.way, worth(a.psnr, a.ssim))).collect();
    let name = Path::new(name).file_name().map_or(name.into(), |name| name.to_string_lossy());
    Ok(say(&format!("{name}: {}", parts.join(", ")))?)
}

fn worth(psnr: f64, ssim: Option<f64>) -> String {
    let ssim = ssim.map(|ssim| format!(" {ssim:.4}")).unwrap_or_default();
    format!("{psnr:.2} dB{ssim}")
}

/// The damaged picture, the net's and the clean one: their middle, if they are large.
fn side_by_side(attempts: &[Attempt], clean: &Image<u8>) -> Vec<Tile> {
    let of = |attempt: &Attempt| (format!("{}: {:.2} dB", attempt.way, attempt.psnr), attempt.picture.clone());
    let all = attempts.first().into_iter().chain(attempts.last()).map(of).chain([("clean".into(), clean.clone())]);
    all.map(|(label, picture)| Tile { label, image: middle(&picture) }).collect()
}

fn middle(picture: &Image<u8>) -> Image<u8> {
    let [height, width] = [picture.height(), picture.width()].map(|side| side.min(LONGEST));
    let (top, left) = ((picture.height() - height) / 2, (picture.width() - width) / 2);
    Image::from_fn([height, width, 1], |(y, x, _)| picture.line(top + y)[left + x])
}
