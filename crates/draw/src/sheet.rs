//! Labelled sheets: pictures in rows, each with its label above it.

use glassbox_tensor::Image;

use crate::canvas::{Area, Canvas, INK, LINE};
use crate::lettering::{Size, text_width, wrap};

/// Pixels between pictures and around them.
const GAP: usize = 14;
/// Pixels between the last line of a label and its picture.
const BELOW_LABEL: usize = 7;
/// Width at which labels above small pictures are broken into lines.
const LABEL_WIDTH: f32 = 190.0;
const LABEL: Size = Size::of_small_letters(8);

/// A picture and its label.
///
/// A picture without pixels leaves its place on the sheet empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Text above the picture, broken into lines if it is wider than the column.
    pub label: String,
    /// `[height, width, channels]`: one channel is grey; of three or more, the first three are colours.
    pub image: Image<u8>,
}

/// Draws tiles in rows of `columns`, each picture with a thin frame.
///
/// ```
/// use glassbox_draw::{Tile, draw_sheet};
/// use glassbox_tensor::Image;
/// let tile = |label: &str| Tile { label: label.into(), image: Image::zeros([100, 200, 1]) };
/// let sheet = draw_sheet(&[tile("max"), tile("average")], 2);
/// // Two pictures of 200 pixels and three gaps of 14.
/// assert_eq!(sheet.width(), 2 * 200 + 3 * 14);
/// ```
///
/// # Shape
/// `[height, width, 3]`. All columns are as wide as the widest picture, or as its label if that is at most 190 pixels.
pub fn draw_sheet(tiles: &[Tile], columns: usize) -> Image<u8> {
    let columns = columns.clamp(1, tiles.len().max(1));
    let widest = tiles.iter().map(|tile| tile.image.width()).max().unwrap_or(1);
    let longest = tiles.iter().map(|tile| text_width(&tile.label, LABEL)).fold(0.0, f32::max);
    let cell_width = widest.max(longest.min(LABEL_WIDTH).ceil() as usize);
    let labels: Vec<_> = tiles.iter().map(|tile| wrap(&tile.label, LABEL, cell_width as f32)).collect();
    let rows: Vec<_> = tiles.chunks(columns).zip(labels.chunks(columns)).collect();
    let label_height =
        |labels: &[Vec<String>]| LABEL.line_height() * labels.iter().map(Vec::len).max().unwrap_or(1) + BELOW_LABEL;
    let picture_height = |row: &[Tile]| row.iter().map(|tile| tile.image.height()).max().unwrap_or(0);
    let heights = rows.iter().map(|(row, labels)| label_height(labels) + picture_height(row) + GAP);
    let mut page = Canvas::new(GAP + heights.sum::<usize>(), GAP + columns * (cell_width + GAP));
    let mut top = GAP;
    for (row, labels) in rows {
        let picture_top = top + label_height(labels);
        for (column, (tile, label)) in row.iter().zip(labels).enumerate() {
            let left = GAP + column * (cell_width + GAP);
            // Labels are aligned at the bottom, directly above their pictures.
            for (above, line) in label.iter().rev().enumerate() {
                let baseline = picture_top - BELOW_LABEL - above * LABEL.line_height();
                page.write(line, [baseline, left], LABEL, INK);
            }
            let (height, width, _) = tile.image.dim();
            if height * width > 0 {
                page.outline(Area { top: picture_top, left, height, width }, 1, LINE);
            }
            page.paste(&tile.image, picture_top, left);
        }
        top = picture_top + picture_height(row) + GAP;
    }
    page.into_image()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(label: &str, shape: [usize; 3]) -> Tile {
        Tile { label: label.into(), image: Image::zeros(shape) }
    }

    #[test]
    fn a_long_label_takes_more_lines_and_no_more_width() {
        let (short, long) = ("max", "stochastic pooling at test time on the edges of the median");
        let [one, many] = [short, long].map(|label| draw_sheet(&[tile(label, [40, 200, 3])], 5).dim());
        assert_eq!(one.1, many.1);
        assert_eq!((many.0 - one.0) % LABEL.line_height(), 0);
        assert!(many.0 > one.0);
    }

    #[test]
    fn a_small_picture_gets_a_column_for_its_label() {
        let narrow = draw_sheet(&[tile("node 12", [9, 9, 1])], 1);
        assert_eq!(narrow.width(), 2 * GAP + text_width("node 12", LABEL).ceil() as usize);
        let long = draw_sheet(&[tile(&"node 12 ".repeat(20), [9, 9, 1])], 1);
        assert_eq!(long.width(), 2 * GAP + LABEL_WIDTH as usize);
    }

    #[test]
    fn sheets_of_nothing_are_drawn() {
        assert_eq!(draw_sheet(&[], 3).width(), 2 * GAP + 1);
        let empty = draw_sheet(&[tile("", [0, 0, 1]), tile("a", [3, 300, 4])], 2);
        assert_eq!(empty.width(), 3 * GAP + 2 * 300);
    }
}
