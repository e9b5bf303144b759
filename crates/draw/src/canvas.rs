//! A page of pixels to draw on.

use glassbox_tensor::Image;

use crate::lettering::{Size, text_width, trace};

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const PAPER: Colour = [255; 3];
pub(crate) const INK: Colour = [20; 3];
/// Frames of pictures and lines of tables.
pub(crate) const LINE: Colour = [190; 3];

/// A rectangle in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) top: usize,
    pub(crate) left: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
}

impl Area {
    /// The area with `pixels` more on each side.
    pub(crate) fn grown(self, pixels: usize) -> Self {
        let Self { top, left, height, width } = self;
        Self {
            top: top.saturating_sub(pixels),
            left: left.saturating_sub(pixels),
            height: height + 2 * pixels,
            width: width + 2 * pixels,
        }
    }
}

/// White paper. Drawings are clipped at its edges.
pub(crate) struct Canvas(Image<u8>);

impl Canvas {
    pub(crate) fn new(height: usize, width: usize) -> Self {
        Self(Image::from_fn([height, width, 3], |(_, _, channel)| PAPER[channel]))
    }

    pub(crate) fn fill(&mut self, area: Area, colour: Colour) {
        let bottom = (area.top + area.height).min(self.0.height());
        let right = (area.left + area.width).min(self.0.width());
        let line = self.0.line_length();
        for y in area.top..bottom {
            let row = &mut self.0.as_mut_slice()[y * line..][..line];
            row[3 * area.left.min(right)..3 * right].as_chunks_mut().0.fill(colour);
        }
    }

    /// Lines of `thickness` pixels around an area, outside it.
    pub(crate) fn outline(&mut self, area: Area, thickness: usize, colour: Colour) {
        let outer = area.grown(thickness);
        for (top, height) in [(outer.top, thickness), (area.top + area.height, thickness)] {
            self.fill(Area { top, height, ..outer }, colour);
        }
        for left in [outer.left, area.left + area.width] {
            self.fill(Area { left, width: thickness, ..outer }, colour);
        }
    }

    /// Puts a picture of one channel (grey) or three channels (colours) on the page. Further channels are ignored.
    pub(crate) fn paste(&mut self, image: &Image<u8>, top: usize, left: usize) {
        let (height, width, channels) = image.dim();
        let (height, width) =
            (height.min(self.0.height().saturating_sub(top)), width.min(self.0.width().saturating_sub(left)));
        let mut pixels = self.0.view_mut();
        for y in 0..height {
            for x in 0..width {
                for channel in 0..3 {
                    let from = if channels < 3 { 0 } else { channel };
                    pixels[[top + y, left + x, channel]] = image[[y, x, from]];
                }
            }
        }
    }

    /// Writes a text on `baseline`, starting at `left`.
    pub(crate) fn write(&mut self, text: &str, [baseline, left]: [usize; 2], size: Size, ink: Colour) {
        self.write_from(text, baseline, left as f32, size, ink);
    }

    /// Writes a text on `baseline`, ending at `right`.
    pub(crate) fn write_to(&mut self, text: &str, [baseline, right]: [usize; 2], size: Size, ink: Colour) {
        self.write_from(text, baseline, right as f32 - text_width(text, size), size, ink);
    }

    /// Writes a number or a word into the middle of an area.
    pub(crate) fn write_amid(&mut self, text: &str, area: Area, size: Size, ink: Colour) {
        let baseline = area.top + (area.height + size.digit_height()) / 2;
        let left = area.left as f32 + (area.width as f32 - text_width(text, size)) / 2.0;
        self.write_from(text, baseline, left, size, ink);
    }

    fn write_from(&mut self, text: &str, baseline: usize, left: f32, size: Size, ink: Colour) {
        let (height, width, _) = self.0.dim();
        let mut pixels = self.0.view_mut();
        trace(text, left, size, |x, y, share| {
            let place = usize::try_from(y + baseline as i64).ok().zip(usize::try_from(x).ok());
            let Some((y, x)) = place.filter(|&(y, x)| y < height && x < width) else { return };
            for channel in 0..3 {
                let below = f32::from(pixels[[y, x, channel]]);
                pixels[[y, x, channel]] = (below + share * (f32::from(ink[channel]) - below)).round() as u8;
            }
        });
    }

    /// The page turned 90° to the left, so that its text reads upwards.
    pub(crate) fn turned(self) -> Self {
        let (height, width, _) = self.0.dim();
        Self(Image::from_fn([width, height, 3], |(y, x, channel)| self.0[[x, width - 1 - y, channel]]))
    }

    pub(crate) fn into_image(self) -> Image<u8> {
        self.0
    }
}

/// Dark ink on light paper, light ink on dark paper.
pub(crate) fn ink_on([red, green, blue]: Colour) -> Colour {
    // Rec. 601, as for brightness elsewhere.
    let brightness = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    if brightness < 130_000 { PAPER } else { INK }
}

/// The colour of a number from -1 to 1: full blue, white at 0, full red.
pub(crate) fn signed_colour(number: f64) -> Colour {
    let full: Colour = if number > 0.0 { [178, 24, 43] } else { [33, 102, 172] };
    full.map(|channel| (255.0 - number.abs().min(1.0) * f64::from(255 - channel)).round() as u8)
}

/// Enlarges a picture: each pixel becomes a square of `times`×`times` pixels.
///
/// ```
/// use glassbox_draw::enlarge;
/// use glassbox_tensor::Image;
/// let image = Image::from_vec([1, 2, 1], vec![7, 9]).unwrap();
/// assert_eq!(enlarge(&image, 2).as_slice(), [7, 7, 9, 9, 7, 7, 9, 9]);
/// ```
///
/// # Shape
/// `[height, width, channels]` to `[times·height, times·width, channels]`
pub fn enlarge(image: &Image<u8>, times: usize) -> Image<u8> {
    let (height, width, channels) = image.dim();
    Image::from_fn([height * times, width * times, channels], |(y, x, c)| image[[y / times, x / times, c]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_off() {
        let mut page = Canvas::new(6, 8);
        page.fill(Area { top: 4, left: 6, height: 9, width: 9 }, [0; 3]);
        page.paste(&Image::from_fn([9, 9, 1], |_| 0), 5, 0);
        page.write("WWW", [3, 0], Size::of_digits(10), INK);
        page.outline(Area { top: 0, left: 0, height: 20, width: 20 }, 2, INK);
        page.fill(Area { top: 9, left: 9, height: 1, width: 1 }, [0; 3]);
        assert_eq!(page.into_image().dim(), (6, 8, 3));
    }

    #[test]
    fn text_is_turned_to_the_left() {
        let mut page = Canvas::new(2, 3);
        page.fill(Area { top: 0, left: 2, height: 1, width: 1 }, [0; 3]);
        let turned = page.turned().into_image();
        assert_eq!(turned.dim(), (3, 2, 3));
        assert_eq!(turned[[0, 0, 0]], 0);
    }

    #[test]
    fn ink_can_be_read() {
        assert_eq!([ink_on([255; 3]), ink_on([0; 3]), ink_on([60, 160, 90])], [INK, PAPER, PAPER]);
    }
}
