mod methods;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_draw::{Tile, draw_sheet, enlarge};
use glassbox_formats::{Format, Packing, Picture, Pixels, check_writable, write_picture};
use glassbox_kernels::filters::parse;
use glassbox_kernels::{Filter, PoolingContrast};
use glassbox_pipeline::apply_u8;
use glassbox_tensor::{Image, shown};
use serde_json::json;

use self::methods::{Method, methods, split_methods};
use super::apply::{is_dash, is_same_file};
use super::{input_name, read_pixels};
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say};

/// Most pixels of a side on the sheet; larger pictures are shown smaller.
const LARGEST_TILE: usize = 640;

/// Pooling methods side by side, on the picture and on its edges, as one labelled sheet and as numbers
///
/// The article's comparison: on the picture itself, max pooling keeps light details (whiskers) and loses dark ones
/// (eyes). On its edges (Sobel), the article says, both leave the same to recognise; psnr shows that their greys
/// differ. Pooled pictures are enlarged by a whole factor to about the size of their source.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters compare data/chelsea.png sheet.png
  filters compare photo.jpg sheet.png --size 4 --methods max,average,median,lp:p=4 --json
  filters compare photo.jpg sheet.png --methods all
  filters compare photo.jpg sheet.png --on sobel --on 'median:size=5 | laplacian'

Numbers, on brightness 0 … 255:
  mean    mean brightness
  light   how far the 99th percentile is above the unpooled median, as a share of what it was unpooled
  dark    how far the 1st percentile is below the unpooled median, as a share of what it was unpooled
  edges   mean of Sobel's response, as a share of what it was unpooled
  psnr    decibels between this method's picture and average pooling's: higher is more alike; - if their sizes differ")]
pub(super) struct Compare {
    /// Picture to read; - for standard input
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Sheet to write
    #[arg(value_name = "OUT.png")]
    output: PathBuf,
    /// Side of the pooling window in pixels: the picture becomes this many times smaller. adaptive and superpixel make
    /// one region for each such window; weighted, roi, global, pyramid and pixel-pyramid have their own sizes
    #[arg(long, default_value_t = 8)]
    size: usize,
    /// Pooling methods separated by commas: operators without -pool (average for avg), with parameters after a colon,
    /// or all
    #[arg(long, default_value = "max,average")]
    methods: String,
    /// Operators, as in a chain, whose output for brightness is pooled beside the picture itself; may be given several
    /// times
    #[arg(long, value_name = "CHAIN", default_value = "sobel")]
    on: Vec<String>,
}

/// Pictures side by side on the sheet.
const COLUMNS: usize = 5;

impl Compare {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        if is_dash(&self.output) {
            return Err(Usage("-: standard output has the numbers; the sheet needs a file".into()).into());
        }
        Format::of_path(&self.output).map_err(|error| Usage(error.to_string()))?;
        if is_same_file(&self.input, &self.output) {
            return Err(Usage(format!("{}: is both IN and OUT", shown(&self.output))).into());
        }
        // Flags are checked before anything is read; whether they fit the picture is known later.
        let (_, chains) = (methods(&self.methods, self.size, (self.size, self.size))?, self.chains()?);
        check_writable(&self.output)?;
        catch_interrupts(false)?;
        let name = input_name(&self.input);
        let picture = opaque(read_pixels(&self.input, common)?.to_u8());
        let (height, width, _) = picture.dim();
        if self.size > height.min(width) {
            let problem = format!("found {}; {name} has {width}×{height} pixels, which hold no such window", self.size);
            return Err(wrong_flag("--size", problem));
        }
        let methods = methods(&self.methods, self.size, (height, width))?;
        let average = [parse(&format!("avg-pool:size={}", self.size))?];
        let columns = if methods.len() < COLUMNS { methods.len() + 1 } else { COLUMNS };
        let (mut tiles, mut lines) = (Vec::new(), Vec::new());
        for (source, chain) in chains {
            // Each source begins a row.
            while tiles.len() % columns > 0 {
                tiles.push(Tile { label: String::new(), image: Image::zeros([0, 0, 1]) });
            }
            let image = apply_u8(&chain, &picture).with_context(|| name.clone())?;
            let grey = brightness(&image)?;
            let average = apply_u8(&average, &grey).with_context(|| name.clone())?;
            let place = match source.as_str() {
                "picture" | "edges" => format!("on the {source}"),
                _ => format!("on {source}"),
            };
            tiles.push(Tile { label: source.clone(), image: tile(&image, 1) });
            self.report(common, &mut lines, (&source, "none", None), [&grey, &grey], None);
            for Method { name: method, size, is_told, pool } in &methods {
                let pooled = apply_u8(pool, &image).with_context(|| name.clone())?;
                let [rows, columns] = [image.height() / pooled.height(), image.width() / pooled.width()];
                let times = rows.min(columns).max(1);
                let label = match size {
                    Some(size) if !is_told => format!("{method} {size}×{size} {place}"),
                    _ => format!("{method} {place}"),
                };
                tiles.push(Tile { label, image: tile(&pooled, times) });
                let pooled = apply_u8(pool, &grey).with_context(|| name.clone())?;
                self.report(common, &mut lines, (&source, method, *size), [&grey, &pooled], Some(&average));
            }
        }
        let page = draw_sheet(&tiles, columns);
        let notes = write_picture(&self.output, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
        notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(&self.output))));
        Ok(lines.iter().try_for_each(|line| say(line))?)
    }

    /// The sources of pooling: the picture, and the outputs of each `--on`.
    fn chains(&self) -> anyhow::Result<Vec<(String, Vec<Filter>)>> {
        let mut chains = vec![("picture".to_string(), Vec::new())];
        for text in &self.on {
            let chain = text.split('|').map(parse).collect::<Result<Vec<_>, _>>();
            let mut chain = chain.map_err(|error| Usage(format!("--on: {error}")))?;
            // The article's word. Edges are of brightness, because edges of colours are coloured.
            let name = if text == "sobel" { "edges".into() } else { text.clone() };
            chain.insert(0, parse("gray")?);
            chains.push((name, chain));
        }
        Ok(chains)
    }

    /// Adds the numbers of one pooling to `lines`, which are printed at the end.
    fn report(
        &self,
        common: &Common,
        lines: &mut Vec<String>,
        (source, method, window): (&str, &str, Option<usize>),
        [whole, pooled]: [&Image<u8>; 2],
        average: Option<&Image<u8>>,
    ) {
        let PoolingContrast { mean, light, dark, edges, psnr } = PoolingContrast::of(whole, pooled, average);
        let (height, width, _) = pooled.dim();
        if common.json {
            let line = json!({
                "event": "compare", "source": source, "method": method, "size": window,
                "width": width, "height": height,
                "mean": mean, "light": light, "dark": dark, "edges": edges, "psnr_to_average": psnr,
            });
            lines.push(line.to_string());
            return;
        }
        // As wide as the longest method is written.
        let wide = split_methods(&self.methods).iter().map(|method| method.chars().count()).fold(24, usize::max);
        let or_dash = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.2}"));
        if method == "none" {
            let [size, mean, light, dark, edges, psnr] = ["size", "mean", "light", "dark", "edges", "psnr"];
            lines.push(format!(
                "{source}\n  {:<wide$}  {size:>9}{mean:>8}{light:>8}{dark:>8}{edges:>8}{psnr:>8}",
                "method"
            ));
        }
        let size = format!("{width}×{height}");
        let [light, dark, edges, psnr] = [light, dark, edges, psnr].map(or_dash);
        lines.push(format!("  {method:<wide$}  {size:>9}{mean:>8.1}{light:>8}{dark:>8}{edges:>8}{psnr:>8}"));
    }
}

fn brightness(image: &Image<u8>) -> anyhow::Result<Image<u8>> {
    Ok(apply_u8(&[parse("gray")?], image)?)
}

/// Removes alpha: a sheet has none.
fn opaque(image: Image<u8>) -> Image<u8> {
    let (height, width, channels) = image.dim();
    match channels {
        2 | 4 => Image::from_fn([height, width, channels - 1], |(y, x, c)| image[[y, x, c]]),
        _ => image,
    }
}

/// A picture on the sheet: enlarged `times`, or as much as the largest tile allows. A picture larger than a tile is
/// averaged.
fn tile(image: &Image<u8>, times: usize) -> Image<u8> {
    let side = image.height().max(image.width());
    let shrink = (side * times).div_ceil(LARGEST_TILE);
    if shrink <= 1 {
        return enlarge(image, times);
    }
    if times / shrink >= 1 {
        return enlarge(image, times / shrink);
    }
    let [height, width] = [image.height(), image.width()].map(|side| (side * times / shrink).max(1));
    let average = parse(&format!("adaptive-pool:reduce=mean,height={height},width={width}"));
    average.ok().and_then(|average| apply_u8(&[average], image).ok()).unwrap_or_else(|| image.clone())
}
