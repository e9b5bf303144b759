//! The most and the least typical pictures of a class, for `dnn show`.

use glassbox_dnn::{Dataset, Model};
use glassbox_draw::{Tile, enlarge};
use glassbox_formats::data::Labelled;
use glassbox_tensor::Image;
use serde_json::{Value, json};

use super::pictures::{on_paper, picture_at};

/// Pixels a side of a picture on the sheet, about.
const SIDE: usize = 84;
/// Pixels of a row in the terminal, about.
const ROW: usize = 112;

/// A picture of a class.
pub(super) struct Seen {
    /// Its place in the order, from 1.
    rank: usize,
    index: usize,
    output: f64,
    picture: Image<u8>,
}

/// The most typical pictures of a class, or the least typical, with the extreme one first.
pub(super) fn pictures(
    model: &Model,
    samples: &Labelled,
    class: usize,
    count: usize,
    is_most: bool,
) -> anyhow::Result<Vec<Seen>> {
    let mut found = model.net.typical(Dataset { images: &samples.images, labels: &samples.labels }, class)?;
    if !is_most {
        found.reverse();
    }
    let seen = found.into_iter().take(count).enumerate().map(|(place, typical)| {
        let picture = picture_at(samples, typical.index)?;
        Ok(Seen { rank: place + 1, index: typical.index, output: typical.output, picture })
    });
    seen.collect()
}

impl Seen {
    /// The picture on a sheet.
    pub(super) fn tile(&self) -> Tile {
        let times = (SIDE / self.picture.height().max(self.picture.width())).max(1);
        let label = format!("{}: {:.4}", self.index, self.output);
        Tile { label, image: enlarge(&on_paper(&self.picture), times) }
    }

    pub(super) fn words(&self) -> String {
        format!("{:>3}  index {:<6} output {:.6}", self.rank, self.index, self.output)
    }

    pub(super) fn line(&self, part: &str, class: usize, name: &str) -> Value {
        json!({
            "event": "show", "part": part, "class": class, "name": name, "rank": self.rank, "index": self.index,
            "output": self.output,
        })
    }
}

/// How many pictures stand in a row of the terminal.
pub(super) fn in_a_row(seen: &[Seen]) -> usize {
    (ROW / seen.first().map_or(1, |seen| seen.picture.width() + 1)).max(1)
}

/// Pictures in a row, a dark column between them.
pub(super) fn side_by_side(row: &[Seen]) -> Image<u8> {
    let (height, width, channels) = row.first().map_or((1, 1, 1), |seen| seen.picture.dim());
    Image::from_fn([height, row.len() * (width + 1), channels], |(y, x, c)| {
        if x % (width + 1) < width { row[x / (width + 1)].picture[[y, x % (width + 1), c]] } else { 0 }
    })
}
