use std::path::{Path, PathBuf};

use clap::Args;
use glassbox_dnn::training;
use glassbox_draw::{Tile, enlarge};
use glassbox_formats::Pixels;
use glassbox_formats::data::Labelled;
use glassbox_kernels::resample;
use glassbox_tensor::{Image, shown};
use serde_json::json;

use super::data::Data;
use super::pictures::{picture_at, write_sheet};
use crate::outcome::{check_outputs, wrong_flag};
use crate::run::{Common, say, say_json};

/// Pictures of a class on the sheet.
const COLUMNS: usize = 10;
/// Most pixels a side of a picture on the sheet; smaller ones are enlarged to at least half of it.
const SIDE: usize = 96;

/// What a data set is understood as: its container, pictures, range, classes
///
/// Takes what --data takes, told by its content: an npz (x_train, y_train, x_test, y_test; images and labels; X and y;
/// …), a folder with MNIST's IDX files (.gz or not), a CSV (label,pixel0,…, with a header or without, .gz or not), or a
/// folder with a folder of pictures a class, in train and test or without them. Pixels are bytes, or numbers from 0 to
/// 1, 16, 255 or the white of 10 to 16 bits; labels are whole numbers, one-hot rows or text. At most 256 classes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn data                                    the built-in MNIST
  dnn data digits.npz
  dnn data flowers/ --out sheet.png           ten pictures of each class on a sheet
  dnn data train.csv.gz --json")]
pub(super) struct Describe {
    /// The data set [default: MNIST, built in]
    path: Option<PathBuf>,
    /// Draw a sheet with pictures of each class
    #[arg(long, value_name = "SHEET.png")]
    out: Option<PathBuf>,
}

/// Refuses a sheet over a picture of a folder of pictures: what is there and not at the folder's top.
fn check_spares(folder: &Path, out: &Path) -> anyhow::Result<()> {
    if let (Ok(folder), Ok(real)) = (folder.canonicalize(), out.canonicalize())
        && folder.is_dir()
        && real.starts_with(&folder)
        && real.parent() != Some(&folder)
    {
        return Err(wrong_flag("--out", format!("found {}, which is a file of the data set", shown(out))));
    }
    Ok(())
}

impl Describe {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        check_outputs(&[self.path.as_deref()], &[self.out.as_deref()])?;
        if let (Some(folder), Some(out)) = (&self.path, &self.out) {
            check_spares(folder, out)?;
        }
        let data = Data::of(self.path).read()?;
        let name = |class: usize| data.class_names.get(class).cloned().unwrap_or_else(|| class.to_string());
        if let Some(out) = &self.out {
            write_sheet(out, &tiles(&data, name)?, COLUMNS, common)?;
        }
        let (_, height, width, channels) = data.train.images.dim();
        let [train, test] = [&data.train, &data.test].map(counts);
        let classes = (0..data.classes()).map(|class| (class, train[class], test[class]));
        if common.json {
            let classes = classes
                .map(|(class, train, test)| json!({"class": class, "name": name(class), "train": train, "test": test}));
            return Ok(say_json(&json!({
                "event": "data", "data": data.name, "understood": data.understood, "height": height, "width": width,
                "channels": channels, "train": data.train.len(), "test": data.test.len(),
                "prepare": data.prepare.to_string(), "classes": classes.collect::<Vec<_>>(),
            }))?);
        }
        say(&format!(
            "{}: {} training and {} test pictures of {height}×{width}×{channels}",
            data.name,
            data.train.len(),
            data.test.len()
        ))?;
        for sentence in &data.understood {
            say(&format!("  {sentence}"))?;
        }
        say("")?;
        let wide = (0..data.classes()).map(|class| name(class).chars().count()).max().unwrap_or(0).max(5);
        say(&format!("{:<wide$} {:>8} {:>8}", "class", "train", "test"))?;
        for (class, train, test) in classes {
            say(&format!("{:<wide$} {train:>8} {test:>8}", name(class)))?;
        }
        Ok(())
    }
}

/// How many pictures of each class there are.
fn counts(part: &Labelled) -> [usize; 256] {
    let mut counts = [0; 256];
    part.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
    counts
}

/// The first pictures of each class that has any, a row a class.
fn tiles(data: &training::Data, name: impl Fn(usize) -> String) -> anyhow::Result<Vec<Tile>> {
    let mut tiles = Vec::new();
    for class in 0..data.classes() {
        let of_class = [&data.train, &data.test].into_iter().flat_map(|part| {
            let places = part.labels.iter().enumerate().filter(|(_, label)| usize::from(**label) == class);
            places.map(move |(at, _)| (part, at))
        });
        let row = of_class.take(COLUMNS).map(|(part, at)| Ok(Tile { label: name(class), image: sized(part, at)? }));
        let row = row.collect::<anyhow::Result<Vec<_>>>()?;
        if !row.is_empty() {
            let missing = COLUMNS - row.len();
            tiles.extend(row);
            tiles.extend((0..missing).map(|_| Tile { label: String::new(), image: Image::zeros([0, 0, 1]) }));
        }
    }
    Ok(tiles)
}

/// A picture in a size for the sheet.
fn sized(part: &Labelled, at: usize) -> anyhow::Result<Image<u8>> {
    let picture = picture_at(part, at)?;
    let (height, width, _) = picture.dim();
    let longer = height.max(width);
    if longer <= SIDE {
        return Ok(enlarge(&picture, SIDE / longer));
    }
    let fit = |side: usize| (side * SIDE / longer).max(1);
    let unit = picture.map(|value| f32::from(value) / 255.0);
    Ok(Pixels::F32(resample(&unit, fit(height), fit(width))).to_u8())
}
