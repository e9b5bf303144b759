//! Pictures of a data set, as they are shown.

use std::path::Path;

use glassbox_draw::{Tile, draw_sheet};
use glassbox_formats::data::Labelled;
use glassbox_formats::{Packing, Picture, Pixels, write_picture};
use glassbox_tensor::{Image, shown};

use crate::run::Common;

/// A picture of a data set.
pub(super) fn picture_at(samples: &Labelled, index: usize) -> anyhow::Result<Image<u8>> {
    let (_, height, width, channels) = samples.images.dim();
    let numbers = height * width * channels;
    let pixels = samples.images.as_slice()[index * numbers..(index + 1) * numbers].to_vec();
    Ok(Image::from_vec([height, width, channels], pixels)?)
}

/// A picture as it is drawn on paper, where ink is dark; colours stay as they are.
pub(super) fn on_paper(picture: &Image<u8>) -> Image<u8> {
    let is_grey = picture.channels() == 1;
    picture.map(|pixel| if is_grey { 255 - pixel } else { pixel })
}

/// Writes labelled pictures in rows.
pub(super) fn write_sheet(out: &Path, tiles: &[Tile], columns: usize, common: &Common) -> anyhow::Result<()> {
    let page = draw_sheet(tiles, columns);
    let notes = write_picture(out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
    notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(out))));
    Ok(())
}
