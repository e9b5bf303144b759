use glassbox_tensor::Image;

use super::measure::{entropy_of, immerkaer_of_rows};

/// Most crops of one side along each direction.
const MOST_CROPS: usize = 8;

/// How much a picture, or a crop of it, looks like noise.
///
/// The article's point: ten by ten pixels of a clean photograph look like noise, the whole does not. Noise does not
/// grow when the crop shrinks, but its share of all differences does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Texture {
    /// Bits a pixel, over the 256 values that brightness is rounded to: [`entropy`](super::entropy).
    pub entropy: f64,
    /// Standard deviation of the noise, as [`immerkaer`](super::immerkaer) estimates it; none of less than 3×3 pixels.
    pub noise: Option<f64>,
    /// Standard deviation of all pixels: [`deviation`](super::deviation).
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
        let (height, width, _) = brightness.dim();
        Self::of_rows(height, width, |y, row| row.copy_from_slice(brightness.line(y)))
    }

    /// As [`of`](Self::of), of a picture that is nowhere as a whole: `row(y, out)` gives its rows, several times.
    ///
    /// # Panics
    /// If there are no pixels.
    #[track_caller]
    pub fn of_rows(height: usize, width: usize, mut row: impl FnMut(usize, &mut [f32])) -> Self {
        assert!(height * width > 0, "of_rows: expected a picture, got {width}×{height} pixels");
        let (mut numbers, mut counts, mut sum) = (vec![0.0; width], [0usize; 256], 0.0);
        for y in 0..height {
            row(y, &mut numbers);
            numbers.iter().for_each(|value| counts[value.round().clamp(0.0, 255.0) as usize] += 1);
            sum += numbers.iter().map(|value| f64::from(*value)).sum::<f64>();
        }
        let (mean, mut squares) = (sum / (height * width) as f64, 0.0);
        for y in 0..height {
            row(y, &mut numbers);
            squares += numbers.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>();
        }
        let deviation = (squares / (height * width) as f64).sqrt();
        Self { entropy: entropy_of(&counts), noise: immerkaer_of_rows(height, width, row), deviation }
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
        Self::of_crops_of_rows(height, width, side, |y, row| row.copy_from_slice(brightness.line(y)))
    }

    /// As [`of_crops`](Self::of_crops), of a picture that is nowhere as a whole: `row(y, out)` gives its rows, several
    /// times.
    ///
    /// # Panics
    /// If `side` is 0 or larger than a side of the picture.
    #[track_caller]
    pub fn of_crops_of_rows(height: usize, width: usize, side: usize, mut row: impl FnMut(usize, &mut [f32])) -> Self {
        assert!((1..=height.min(width)).contains(&side), "of_crops: {side} pixels of {width}×{height}");
        let starts = |length: usize| {
            let count = (length / side).clamp(1, MOST_CROPS);
            (0..count).map(move |i| (length - side) * i / (count - 1).max(1))
        };
        let (mut all, mut numbers) = (Vec::new(), vec![0.0; width]);
        for top in starts(height) {
            // The rows of all crops beside each other.
            let mut crops: Vec<_> = starts(width).map(|left| (left, Image::zeros([side, side, 1]))).collect();
            for y in 0..side {
                row(top + y, &mut numbers);
                for (left, crop) in &mut crops {
                    crop.as_mut_slice()[y * side..][..side].copy_from_slice(&numbers[*left..][..side]);
                }
            }
            all.extend(crops.iter().map(|(_, crop)| Self::of(crop)));
        }
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
    add_to_histogram(brightness.as_slice(), &mut counts);
    counts
}

/// Adds values to a [`histogram`].
pub fn add_to_histogram<const N: usize>(brightness: &[f32], counts: &mut [usize; N]) {
    for value in brightness {
        counts[(value.round().clamp(0.0, 255.0) as usize) * N / 256] += 1;
    }
}
