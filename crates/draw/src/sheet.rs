//! Labelled sheets: pictures side by side, each with a line of text above it.

use font8x8::{BASIC_FONTS, LATIN_FONTS, UnicodeFonts};
use glassbox_tensor::Image;

/// Pixels between pictures and around them.
const GAP: usize = 12;
/// Side of a letter.
pub const LETTER: usize = 8;
/// Height of a line of text with the space below it.
const LINE: usize = LETTER + 6;

const PAPER: [u8; 3] = [255; 3];
const INK: [u8; 3] = [20; 3];
const FRAME: [u8; 3] = [190; 3];

/// A picture and what stands above it.
pub struct Tile {
    pub label: String,
    /// `[height, width, 1 or 3]`
    pub image: Image<u8>,
}

/// Letters of a label that find room above the smallest picture; longer ones go on in the next line.
const LEAST_LETTERS: usize = 24;

/// Tiles in rows of `columns`, as wide as the widest picture needs, each picture with a thin frame.
///
/// # Shape
/// The result is `[height, width, 3]`.
pub fn draw_sheet(tiles: &[Tile], columns: usize) -> Image<u8> {
    let widest = tiles.iter().map(|tile| tile.image.width()).max().unwrap_or(1);
    let longest = tiles.iter().map(|tile| tile.label.chars().count()).max().unwrap_or(1);
    let letters = (widest / LETTER).max(longest.min(LEAST_LETTERS));
    let cell_width = widest.max(letters * LETTER);
    let labels: Vec<_> = tiles.iter().map(|tile| wrap(&tile.label, letters)).collect();
    let columns = columns.clamp(1, tiles.len().max(1));
    let rows: Vec<_> = tiles.chunks(columns).zip(labels.chunks(columns)).collect();
    let text_height = |labels: &[Vec<String>]| LINE * labels.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let picture_height = |row: &[Tile]| row.iter().map(|tile| tile.image.height()).max().unwrap_or(0);
    let heights = rows.iter().map(|(row, labels)| text_height(labels) + picture_height(row) + GAP);
    let height = GAP + heights.sum::<usize>();
    let mut page = Image::from_fn([height, GAP + columns * (cell_width + GAP), 3], |(_, _, channel)| PAPER[channel]);
    let mut top = GAP;
    for (row, labels) in rows {
        let below = top + text_height(labels);
        for (column, (tile, label)) in row.iter().zip(labels).enumerate() {
            let left = GAP + column * (cell_width + GAP);
            // Right above the picture, so that rows of labels look alike.
            let first = below - LINE * label.len();
            label.iter().enumerate().for_each(|(i, line)| write(&mut page, line, first + i * LINE, left));
            let [height, width] = [tile.image.height(), tile.image.width()];
            if height * width > 0 {
                fill(&mut page, [below - 1, left - 1], [height + 2, width + 2], FRAME);
            }
            paste(&mut page, &tile.image, below, left);
        }
        top = below + picture_height(row) + GAP;
    }
    page
}

/// A text in lines of at most so many letters, broken at spaces where there are any.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let (mut lines, mut left) = (Vec::new(), text.chars().collect::<Vec<_>>());
    while left.len() > most {
        let space = left[..=most].iter().rposition(|letter| *letter == ' ').filter(|at| *at > 0);
        let rest = left.split_off(space.unwrap_or(most));
        lines.push(left.into_iter().collect());
        left = rest[usize::from(space.is_some())..].to_vec();
    }
    lines.push(left.into_iter().collect());
    lines
}

/// The picture with every pixel `times` as high and wide.
pub fn enlarge(image: &Image<u8>, times: usize) -> Image<u8> {
    let (height, width, channels) = image.dim();
    Image::from_fn([height * times, width * times, channels], |(y, x, c)| image[[y / times, x / times, c]])
}

fn paste(page: &mut Image<u8>, image: &Image<u8>, top: usize, left: usize) {
    let mut pixels = page.view_mut();
    for ((y, x, c), &value) in image.indexed_iter() {
        if image.channels() == 1 {
            (0..3).for_each(|channel| pixels[[top + y, left + x, channel]] = value);
        } else if c < 3 {
            pixels[[top + y, left + x, c]] = value;
        }
    }
}

pub fn write(page: &mut Image<u8>, text: &str, top: usize, left: usize) {
    letters(page, text, [top, left], 1, INK);
}

/// Text, each letter `8·times` pixels high and wide; what does not fit is cut off.
pub fn letters(page: &mut Image<u8>, text: &str, [top, left]: [usize; 2], times: usize, ink: [u8; 3]) {
    for (position, letter) in text.chars().enumerate() {
        let bitmap = BASIC_FONTS.get(letter).or_else(|| LATIN_FONTS.get(letter)).or_else(|| BASIC_FONTS.get('?'));
        for (y, row) in bitmap.unwrap_or_default().iter().enumerate() {
            for x in (0..LETTER).filter(|x| row >> x & 1 == 1) {
                let corner = [top + y * times, left + (position * LETTER + x) * times];
                fill(page, corner, [times, times], ink);
            }
        }
    }
}

/// A rectangle of one colour; what does not fit is cut off.
pub fn fill(page: &mut Image<u8>, [top, left]: [usize; 2], [height, width]: [usize; 2], colour: [u8; 3]) {
    let (bottom, right) = ((top + height).min(page.height()), (left + width).min(page.width()));
    let mut pixels = page.view_mut();
    for y in top..bottom {
        for x in left..right {
            (0..3).for_each(|channel| pixels[[y, x, channel]] = colour[channel]);
        }
    }
}
