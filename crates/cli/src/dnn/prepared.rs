//! The sheet of `dnn predict --show-prepared`: how a digit was found in a picture.

use glassbox_dnn::Prepared;
use glassbox_draw::{Tile, draw_sheet, enlarge};
use glassbox_tensor::Image;

/// Pictures below this size are enlarged to about it.
const SIDE: usize = 280;
const KEPT: [u8; 3] = [20, 20, 20];
const DROPPED: [u8; 3] = [215, 48, 39];
const BOX: [u8; 3] = [33, 102, 172];

/// Draws the stages: the picture, its paper, its ink, what was kept and dropped, the picture for the net.
pub(super) fn stages(prepared: &Prepared) -> Image<u8> {
    let (height, width, _) = prepared.grey.dim();
    let times = (SIDE / height.max(width)).max(1);
    let level = |image: &Image<f32>| image.map(|value| (value * 255.0).round() as u8);
    let tile = |label: &str, image: Image<u8>| Tile { label: label.into(), image: enlarge(&image, times) };
    let ink = prepared.ink.map(|value| 255 - (value * 255.0).round() as u8);
    let digit = Image::from_fn([28, 28, 1], |(y, x, c)| prepared.digit[[0, y, x, c]]);
    let side = if prepared.is_light { "light ink on dark paper" } else { "dark ink on light paper" };
    let tiles = [
        tile("the picture", level(&prepared.grey)),
        tile("its paper without the ink", level(&prepared.paper)),
        tile(side, ink),
        tile("kept: black; dropped: red; the digit's box: blue", pieces(prepared, times)),
        Tile { label: "for the net: 28×28".into(), image: enlarge(&digit, (SIDE / 28).max(1)) },
    ];
    draw_sheet(&tiles, 3)
}

/// The pieces in colours on white, and the box around the digit.
fn pieces(prepared: &Prepared, times: usize) -> Image<u8> {
    let (height, width, _) = prepared.kept.dim();
    let [top, left, box_height, box_width] = prepared.area;
    // The line lies outside the box and is about as thick in enlarged pictures as in large ones.
    let thickness = if times > 1 { 1 } else { 2 };
    let near = |at: usize, low: usize, length: usize| at + thickness >= low && at < low + length + thickness;
    let within = |at: usize, low: usize, length: usize| (low..low + length).contains(&at);
    Image::from_fn([height, width, 3], |(y, x, channel)| {
        let is_near = near(y, top, box_height) && near(x, left, box_width);
        let is_inside = within(y, top, box_height) && within(x, left, box_width);
        match () {
            () if prepared.kept[[y, x, 0]] > 0 => KEPT[channel],
            () if is_near && !is_inside => BOX[channel],
            () if prepared.dropped[[y, x, 0]] > 0 => DROPPED[channel],
            () => 255,
        }
    })
}
