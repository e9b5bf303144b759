use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_formats::{Format, Picture, Pixels, check_writable, read_picture, write_picture};
use glassbox_kernels::filters::{self, parse};
use glassbox_kernels::{Engine, Filter, mean, percentile, psnr};
use glassbox_tensor::Image;
use serde_json::json;

use super::apply::is_same_file;
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, say, say_json};
use crate::sheet::{Tile, enlarge, sheet};

/// Pixels that a picture on the sheet may be wide or high; larger ones are shown smaller.
const LARGEST_TILE: usize = 640;

/// Max against average pooling, on the picture and on its edges, as one labelled sheet and as numbers
///
/// The article's comparison: on the picture itself, max pooling keeps light details (whiskers) and loses dark ones (eyes); on its
/// edges (Sobel) the two come close. Pooled pictures are drawn enlarged to the size they were made from.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters compare data/chelsea.png sheet.png
  filters compare photo.jpg sheet.png --size 4 --methods max,average --json

Numbers, on brightness 0 … 255:
  mean    mean brightness
  light   how far the 99th percentile is above the unpooled median, as a share of what it was unpooled
  dark    how far the 1st percentile is below the unpooled median, as a share of what it was unpooled
  psnr    decibels between this method's picture and average pooling's: higher is more alike")]
pub(super) struct Compare {
    /// Picture to read
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Sheet to write
    #[arg(value_name = "OUT.png")]
    output: PathBuf,
    /// Side of the pooling window in pixels
    #[arg(long, default_value_t = 8)]
    size: usize,
    /// Pooling methods: names of operators without -pool, and average for avg
    #[arg(long, value_delimiter = ',', default_value = "max,average")]
    methods: Vec<String>,
}

/// One pooling method.
type Chain = [Box<dyn Filter>; 1];

impl Compare {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let methods = self.methods()?;
        Format::of_path(&self.output).map_err(|error| Usage(error.to_string()))?;
        if is_same_file(&self.input, &self.output) {
            return Err(Usage(format!("{}: is both IN and OUT", self.output.display())).into());
        }
        check_writable(&self.output)?;
        let name = self.input.display().to_string();
        let picture = opaque(read_picture(&self.input, true)?.pixels.to_u8());
        let edges = Engine::default().run(&[parse("gray")?, parse("sobel")?], &picture)?;
        let average = [parse(&format!("avg-pool:size={}", self.size)).map_err(|error| Usage(format!("--{error}")))?];
        let mut tiles = Vec::new();
        for (source, image) in [("picture", &picture), ("edges", &edges)] {
            let grey = Engine::default().run(&[parse("gray")?], image)?;
            let average = pool(&average, &grey).with_context(|| name.clone())?;
            tiles.push(Tile { label: source.into(), image: shown(image, 1) });
            self.report(common, source, "none", &grey, &grey, None)?;
            for (method, chain) in &methods {
                let pooled = pool(chain, image).with_context(|| name.clone())?;
                let label = format!("{method} {0}x{0} on the {source}", self.size);
                tiles.push(Tile { label, image: shown(&pooled, self.size) });
                let pooled_grey = pool(chain, &grey).with_context(|| name.clone())?;
                self.report(common, source, method, &grey, &pooled_grey, Some(&average))?;
            }
        }
        let page = sheet(&tiles, methods.len() + 1);
        let notes = write_picture(&self.output, Picture::from(Pixels::U8(page)))?;
        notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", self.output.display())));
        Ok(())
    }

    /// The methods with their names.
    fn methods(&self) -> anyhow::Result<Vec<(String, Chain)>> {
        let size = self.size.to_string();
        let one = |method: &String| {
            let operator = if method == "average" { "avg-pool".into() } else { format!("{method}-pool") };
            let known = filters::find(&operator).map_err(|_| {
                let names = filters::ENTRIES.iter().filter_map(|entry| entry.name.strip_suffix("-pool"));
                let names: Vec<_> = names.map(|name| if name == "avg" { "average" } else { name }).collect();
                wrong_flag("--methods", format!("found {method:?}; allowed: {}", names.join(", ")))
            })?;
            let filter = known.build(&[("size", &size)]).map_err(|error| Usage(format!("--{error}")))?;
            Ok((method.clone(), [filter]))
        };
        self.methods.iter().map(one).collect()
    }

    fn report(
        &self,
        common: &Common,
        source: &str,
        method: &str,
        whole: &Image<u8>,
        pooled: &Image<u8>,
        average: Option<&Image<u8>>,
    ) -> anyhow::Result<()> {
        // Against what was the middle before pooling, which moves it.
        let middle = f64::from(percentile(whole, 0.5));
        let contrast = |image: &Image<u8>| {
            (f64::from(percentile(image, 0.99)) - middle, middle - f64::from(percentile(image, 0.01)))
        };
        let ((light, dark), (light_before, dark_before)) = (contrast(pooled), contrast(whole));
        let share = |after: f64, before: f64| if before > 0.0 { Some(after / before) } else { None };
        let (light, dark) = (share(light, light_before), share(dark, dark_before));
        let psnr = average.map(|average| psnr(pooled, average)).filter(|psnr| psnr.is_finite());
        let (height, width, _) = pooled.dim();
        if common.json {
            return Ok(say_json(&json!({
                "event": "compare", "source": source, "method": method, "size": self.size, "width": width, "height": height,
                "mean": mean(pooled), "light": light, "dark": dark, "psnr_to_average": psnr,
            }))?);
        }
        let or_dash = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.2}"));
        if method == "none" {
            let labels = ["method", "size", "mean", "light", "dark", "psnr"];
            say(&format!(
                "{source:<10}{:<10}{:>10}{:>8}{:>8}{:>8}{:>8}",
                labels[0], labels[1], labels[2], labels[3], labels[4], labels[5]
            ))?;
        }
        let size = format!("{width}×{height}");
        let (mean, light, dark, psnr) = (mean(pooled), or_dash(light), or_dash(dark), or_dash(psnr));
        Ok(say(&format!("{:<10}{method:<10}{size:>10}{mean:>8.1}{light:>8}{dark:>8}{psnr:>8}", ""))?)
    }
}

fn pool(chain: &Chain, image: &Image<u8>) -> anyhow::Result<Image<u8>> {
    Ok(Engine::default().run(chain, image)?)
}

/// Alpha left out: a sheet has none.
fn opaque(image: Image<u8>) -> Image<u8> {
    let (height, width, channels) = image.dim();
    match channels {
        2 | 4 => Image::from_fn([height, width, channels - 1], |(y, x, c)| image[[y, x, c]]),
        _ => image,
    }
}

/// A picture as it stands on the sheet: enlarged `times`, unless that is too large; if it is too large itself, averaged down.
fn shown(image: &Image<u8>, times: usize) -> Image<u8> {
    let side = image.height().max(image.width());
    let shrink = (side * times).div_ceil(LARGEST_TILE);
    if shrink <= 1 {
        return enlarge(image, times);
    }
    if times / shrink >= 1 {
        return enlarge(image, times / shrink);
    }
    let average = parse(&format!("avg-pool:size={}", (shrink / times).clamp(1, side)));
    average.ok().and_then(|average| pool(&[average], image).ok()).unwrap_or_else(|| image.clone())
}
