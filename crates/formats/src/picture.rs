use glassbox_tensor::{Element, Image};

use crate::Metadata;

/// A picture of a file: its pixels in their own depth, and its metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The pixels.
    pub pixels: Pixels,
    /// Metadata that a processed picture inherits.
    pub metadata: Metadata,
    /// Whether this is the first of several pictures or frames.
    pub is_first_of_more: bool,
}

/// Pixels `[height, width, channels]`: 1 channel is grey, 2 are grey and alpha, 3 red, green, blue, 4 red, green,
/// blue, alpha.
#[derive(Clone, Debug, PartialEq)]
pub enum Pixels {
    /// 8 bits, 0 … 255.
    U8(Image<u8>),
    /// 16 bits, 0 … 65535.
    U16(Image<u16>),
    /// Floating point; 0 … 1 can be shown, other numbers are allowed.
    F32(Image<f32>),
}

impl From<Pixels> for Picture {
    fn from(pixels: Pixels) -> Self {
        Self { pixels, metadata: Metadata::default(), is_first_of_more: false }
    }
}

impl Pixels {
    /// Height, width and channels.
    pub fn dim(&self) -> (usize, usize, usize) {
        match self {
            Pixels::U8(image) => image.dim(),
            Pixels::U16(image) => image.dim(),
            Pixels::F32(image) => image.dim(),
        }
    }

    /// Whether the last channel is alpha.
    pub fn has_alpha(&self) -> bool {
        self.dim().2.is_multiple_of(2)
    }

    /// Whether every pixel is opaque: there is no alpha, or it is full everywhere.
    pub fn is_opaque(&self) -> bool {
        fn of<T: Element + PartialEq>(image: &Image<T>, full: T) -> bool {
            let channels = image.channels();
            channels % 2 == 1
                || image.as_slice().iter().skip(channels - 1).step_by(channels).all(|alpha| *alpha == full)
        }
        match self {
            Pixels::U8(image) => of(image, u8::MAX),
            Pixels::U16(image) => of(image, u16::MAX),
            Pixels::F32(image) => of(image, 1.0),
        }
    }

    /// Name of the element type: `u8`, `u16` or `f32`.
    pub fn depth(&self) -> &'static str {
        match self {
            Pixels::U8(_) => "u8",
            Pixels::U16(_) => "u16",
            Pixels::F32(_) => "f32",
        }
    }

    /// The picture in 8 bits, 0 … 255: 16 bits are divided by 257 and rounded; floating point is multiplied by 255,
    /// rounded and saturated.
    pub fn to_u8(&self) -> Image<u8> {
        match self {
            Pixels::U8(image) => image.clone(),
            Pixels::U16(image) => image.map(|value| ((u32::from(value) + 128) / 257) as u8),
            Pixels::F32(image) => image.map(|value| (value * 255.0).round().clamp(0.0, 255.0) as u8),
        }
    }

    /// Brightness, 0 … 1, by Rec. 601; `background` shows through transparent pixels.
    ///
    /// # Shape
    /// `[height, width, channels]` → `[height, width, 1]`
    ///
    /// # Panics
    /// Never: each pixel has one brightness.
    pub fn luma_over(&self, background: f32) -> Image<f32> {
        let (height, width, channels) = self.dim();
        let unit = self.unit();
        let luma = unit.as_slice().chunks_exact(channels).map(|pixel| match *pixel {
            [grey] => grey,
            [grey, alpha] => grey * alpha + background * (1.0 - alpha),
            [r, g, b] => 0.299 * r + 0.587 * g + 0.114 * b,
            [r, g, b, alpha] => (0.299 * r + 0.587 * g + 0.114 * b) * alpha + background * (1.0 - alpha),
            _ => background,
        });
        Image::from_vec([height, width, 1], luma.collect()).expect("a number a pixel")
    }

    /// Red, green and blue, 0 … 1; `background` shows through transparent pixels.
    ///
    /// # Shape
    /// `[height, width, channels]` → `[height, width, 3]`
    pub fn colours_over(&self, background: f32) -> Image<f32> {
        let (height, width, channels) = self.dim();
        let unit = self.unit();
        Image::from_fn([height, width, 3], |(y, x, c)| {
            let value = unit[[y, x, if channels < 3 { 0 } else { c }]];
            let alpha = if self.has_alpha() { unit[[y, x, channels - 1]] } else { 1.0 };
            value * alpha + background * (1.0 - alpha)
        })
    }

    /// The picture in 0 … 1.
    fn unit(&self) -> Image<f32> {
        match self {
            Pixels::U8(image) => image.map(|value| f32::from(value) / 255.0),
            Pixels::U16(image) => image.map(|value| f32::from(value) / 65535.0),
            Pixels::F32(image) => image.clone(),
        }
    }
}
