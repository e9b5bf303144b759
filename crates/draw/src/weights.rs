//! Pictures of the weights of a layer's nodes.

use glassbox_tensor::Image;

use crate::canvas::{Area, Canvas, Colour, INK, LINE, enlarge, signed_colour};
use crate::lettering::Size;
use crate::sheet::{Tile, draw_sheet};

/// Approximate side of a picture in pixels. The enlargement is a whole number.
const SIDE: usize = 112;
/// Pictures in a row.
const COLUMNS: usize = 5;

/// The scale below the pictures: its height, its maximum width, and its margins.
const SCALE_HEIGHT: usize = 12;
const SCALE_WIDTH: usize = 280;
const MARGIN: usize = 14;
const NUMBER: Size = Size::of_digits(9);

/// Draws the weights of each node as a picture: red where they are positive, blue where they are negative.
///
/// A colour scale is drawn below.
///
/// ```
/// use glassbox_draw::draw_weights;
/// use glassbox_tensor::Image;
/// let sobel = Image::from_vec([3, 3, 1], vec![-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0]).unwrap();
/// assert_eq!(draw_weights(&[sobel]).channels(), 3);
/// ```
///
/// # Shape
/// Each node is `[height, width, channels]`; its channels are drawn side by side. All nodes share one scale.
pub fn draw_weights(nodes: &[Image<f64>]) -> Image<u8> {
    let largest = nodes.iter().flat_map(|node| node.as_slice()).map(|weight| weight.abs()).fold(0.0, f64::max);
    let tiles: Vec<_> = nodes
        .iter()
        .enumerate()
        .map(|(index, node)| Tile { label: format!("node {index}"), image: picture(node, largest) })
        .collect();
    let sheet = draw_sheet(&tiles, COLUMNS);
    let (height, width, _) = sheet.dim();
    let mut page = Canvas::new(height + SCALE_HEIGHT + NUMBER.line_height() + 2 * MARGIN, width);
    page.paste(&sheet, 0, 0);
    draw_scale(&mut page, height, width, largest);
    page.into_image()
}

/// The colour of a weight. The square root makes small weights visible; most weights are small.
fn colour_of(weight: f64, largest: f64) -> Colour {
    signed_colour(if largest > 0.0 { (weight.abs() / largest).sqrt().copysign(weight) } else { 0.0 })
}

fn picture(node: &Image<f64>, largest: f64) -> Image<u8> {
    let (height, width, channels) = node.dim();
    let image = Image::from_fn([height, width * channels, 3], |(y, x, colour)| {
        colour_of(node[[y, x % width, x / width]], largest)[colour]
    });
    enlarge(&image, (SIDE / height.max(width).max(1)).max(1))
}

fn draw_scale(page: &mut Canvas, top: usize, page_width: usize, largest: f64) {
    let width = SCALE_WIDTH.min(page_width.saturating_sub(2 * MARGIN)).max(2);
    let bar = Area { top, left: MARGIN, height: SCALE_HEIGHT, width };
    page.outline(bar, 1, LINE);
    for x in 0..width {
        let value = (2.0 * x as f64 / (width - 1) as f64 - 1.0) * largest;
        page.fill(Area { left: MARGIN + x, width: 1, ..bar }, colour_of(value, largest));
    }
    let baseline = top + SCALE_HEIGHT + 5 + NUMBER.digit_height();
    page.write(&format!("−{largest:.3}"), [baseline, MARGIN], NUMBER, INK);
    page.write_amid(
        "0",
        Area { top: baseline - NUMBER.digit_height(), height: NUMBER.digit_height(), ..bar },
        NUMBER,
        INK,
    );
    page.write_to(&format!("{largest:.3}"), [baseline, MARGIN + width], NUMBER, INK);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_say_the_sign() {
        let [[red, _, blue], [negative_red, _, negative_blue]] = [0.5, -0.5].map(|weight| colour_of(weight, 1.0));
        assert!(red > blue && negative_blue > negative_red);
        assert_eq!([colour_of(0.0, 1.0), colour_of(0.0, 0.0)], [[255; 3]; 2]);
    }

    #[test]
    fn channels_stand_side_by_side() {
        let node = Image::from_fn([2, 3, 2], |(_, _, channel)| channel as f64);
        let image = picture(&node, 1.0);
        assert_eq!(image.dim(), (2 * 37, 6 * 37, 3));
        assert_eq!([image[[0, 3 * 37 - 1, 2]], image[[0, 3 * 37, 2]]], [255, 43]);
    }
}
