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
    pub fn luma_over(&self, background: f32) -> Image<f32> {
        self.luma_within(background, usize::MAX)
    }

    /// As [`luma_over`](Self::luma_over), of a picture with no side longer than `longest`: means of square blocks, if
    /// it is larger. Memory is needed for the smaller picture alone.
    ///
    /// # Shape
    /// `[height, width, channels]` → `[⌈height / k⌉, ⌈width / k⌉, 1]`, `k = ⌈longer side / longest⌉`
    ///
    /// ```
    /// use glassbox_formats::Pixels;
    /// use glassbox_tensor::Image;
    /// let pixels = Pixels::U8(Image::from_vec([1, 5, 1], vec![0, 255, 255, 255, 51]).unwrap());
    /// assert_eq!(pixels.luma_within(1.0, 3).as_slice(), [0.5, 1.0, 0.2]);
    /// ```
    pub fn luma_within(&self, background: f32, longest: usize) -> Image<f32> {
        self.means(longest, |pixel| {
            [match *pixel {
                [grey] => grey,
                [grey, alpha] => grey * alpha + background * (1.0 - alpha),
                [r, g, b] => 0.299 * r + 0.587 * g + 0.114 * b,
                [r, g, b, alpha] => (0.299 * r + 0.587 * g + 0.114 * b) * alpha + background * (1.0 - alpha),
                _ => background,
            }]
        })
    }

    /// Red, green and blue, 0 … 1; `background` shows through transparent pixels.
    ///
    /// # Shape
    /// `[height, width, channels]` → `[height, width, 3]`
    pub fn colours_over(&self, background: f32) -> Image<f32> {
        self.colours_within(background, usize::MAX)
    }

    /// As [`colours_over`](Self::colours_over), made smaller as in [`luma_within`](Self::luma_within).
    ///
    /// # Shape
    /// `[height, width, channels]` → `[⌈height / k⌉, ⌈width / k⌉, 3]`
    pub fn colours_within(&self, background: f32, longest: usize) -> Image<f32> {
        self.means(longest, |pixel| {
            let over = |value: f32, alpha: f32| value * alpha + background * (1.0 - alpha);
            match *pixel {
                [grey] => [grey; 3],
                [grey, alpha] => [over(grey, alpha); 3],
                [r, g, b] => [r, g, b],
                [r, g, b, alpha] => [over(r, alpha), over(g, alpha), over(b, alpha)],
                _ => [background; 3],
            }
        })
    }

    /// The mean over square blocks of what `of` makes of a pixel whose numbers are in 0 … 1.
    fn means<const N: usize>(&self, longest: usize, of: impl Fn(&[f32]) -> [f32; N]) -> Image<f32> {
        match self {
            Pixels::U8(image) => means(image, longest, |value| f32::from(value) / 255.0, of),
            Pixels::U16(image) => means(image, longest, |value| f32::from(value) / 65535.0, of),
            Pixels::F32(image) => means(image, longest, |value| value, of),
        }
    }
}

fn means<T: Element, const N: usize>(
    image: &Image<T>,
    longest: usize,
    unit: impl Fn(T) -> f32,
    of: impl Fn(&[f32]) -> [f32; N],
) -> Image<f32> {
    let (height, width, channels) = image.dim();
    let block = height.max(width).div_ceil(longest.max(1)).max(1);
    let columns = width.div_ceil(block);
    let mut out = Image::zeros([height.div_ceil(block), columns, N]);
    let mut pixel = [0.0; 4];
    for y in 0..height {
        let sums = &mut out.as_mut_slice()[y / block * columns * N..][..columns * N];
        let rows = block.min(height - y / block * block);
        for (numbers, sum) in image.line(y).chunks(block * channels).zip(sums.as_chunks_mut::<N>().0) {
            let share = 1.0 / (rows * (numbers.len() / channels)) as f32;
            for numbers in numbers.chunks_exact(channels) {
                pixel.iter_mut().zip(numbers).for_each(|(slot, &value)| *slot = unit(value));
                let values = of(&pixel[..channels.min(4)]);
                sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * share);
            }
        }
    }
    out
}
