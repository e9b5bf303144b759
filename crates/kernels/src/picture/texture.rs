use glassbox_tensor::Image;

use super::measure::{deviation, entropy, immerkaer};

/// Most crops of one side along each direction.
const MOST_CROPS: usize = 8;

/// How much a picture, or a crop of it, looks like noise.
///
/// The article's point: ten by ten pixels of a clean photograph look like noise, the whole does not. Noise does not
/// grow when the crop shrinks, but its share of all differences does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Texture {
    /// Bits a pixel, over the 256 values that brightness is rounded to: [`entropy`].
    pub entropy: f64,
    /// Standard deviation of the noise, as [`immerkaer`] estimates it; none of less than 3×3 pixels.
    pub noise: Option<f64>,
    /// Standard deviation of all pixels: [`deviation`].
    pub deviation: f64,
}

impl Texture {
    /// The texture of a whole picture.
    ///
    /// # Shape
    /// `[height, width, 1]`, brightness 0 … 255
    ///
    /// ```
    /// use glassbox_kernels::Texture;
    /// use glassbox_tensor::Image;
    /// let stripes = Image::from_fn([4, 4, 1], |(y, _, _)| [0.0, 8.0][y % 2]);
    /// let texture = Texture::of(&stripes);
    /// assert_eq!((texture.entropy, texture.deviation), (1.0, 4.0));
    /// ```
    ///
    /// # Panics
    /// If the picture is empty.
    #[track_caller]
    pub fn of(brightness: &Image<f32>) -> Self {
        let rounded = brightness.map(|value| value.round().clamp(0.0, 255.0) as u8);
        Self { entropy: entropy(&rounded), noise: immerkaer(brightness), deviation: deviation(brightness) }
    }

    /// The mean over square crops of `side` pixels: as many as fit beside each other in each direction, at most
    /// eight, spread evenly over the picture.
    ///
    /// # Shape
    /// `[height, width, 1]`, brightness 0 … 255
    ///
    /// ```
    /// use glassbox_kernels::Texture;
    /// use glassbox_tensor::Image;
    /// // Each half is flat, the whole is not.
    /// let halves = Image::from_fn([3, 6, 1], |(_, x, _)| [10.0, 50.0][x / 3]);
    /// assert_eq!(Texture::of_crops(&halves, 3), Texture { entropy: 0.0, noise: Some(0.0), deviation: 0.0 });
    /// assert_eq!(Texture::of(&halves).deviation, 20.0);
    /// ```
    ///
    /// # Panics
    /// If `side` is 0 or larger than a side of the picture.
    #[track_caller]
    pub fn of_crops(brightness: &Image<f32>, side: usize) -> Self {
        let (height, width, _) = brightness.dim();
        assert!((1..=height.min(width)).contains(&side), "of_crops: {side} pixels of {width}×{height}");
        let starts = |length: usize| {
            let count = (length / side).clamp(1, MOST_CROPS);
            (0..count).map(move |i| (length - side) * i / (count - 1).max(1))
        };
        let crop =
            |top: usize, left: usize| Image::from_fn([side, side, 1], |(y, x, _)| brightness[[top + y, left + x, 0]]);
        let places = starts(height).flat_map(|top| starts(width).map(move |left| (top, left)));
        let all: Vec<_> = places.map(|(top, left)| Self::of(&crop(top, left))).collect();
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        let noise = all.iter().map(|texture| texture.noise).sum::<Option<f64>>().map(|sum| sum / all.len() as f64);
        Self { entropy: mean(|texture| texture.entropy), noise, deviation: mean(|texture| texture.deviation) }
    }

    /// The share of noise in all differences, `noise / deviation`: 1 for nothing but noise, none for what is flat.
    ///
    /// ```
    /// use glassbox_kernels::Texture;
    /// assert_eq!(Texture { entropy: 7.0, noise: Some(3.0), deviation: 12.0 }.chaos(), Some(0.25));
    /// ```
    pub fn chaos(&self) -> Option<f64> {
        self.noise.filter(|_| self.deviation > 0.0).map(|noise| noise / self.deviation)
    }
}

/// How many pixels have which brightness, in `N` bins of equal width: bin `⌊value·N / 256⌋`, values rounded and
/// clamped to 0 … 255.
///
/// ```
/// use glassbox_kernels::histogram;
/// use glassbox_tensor::Image;
/// let picture = Image::from_vec([1, 5, 1], vec![-3.0, 0.0, 63.4, 64.0, 300.0]).unwrap();
/// assert_eq!(histogram::<4>(&picture), [3, 1, 0, 1]);
/// ```
pub fn histogram<const N: usize>(brightness: &Image<f32>) -> [usize; N] {
    let mut counts = [0; N];
    for &value in brightness.as_slice() {
        counts[(value.round().clamp(0.0, 255.0) as usize) * N / 256] += 1;
    }
    counts
}
