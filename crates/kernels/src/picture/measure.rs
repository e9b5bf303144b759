//! Measures of pictures: what an operator did to one.

use glassbox_tensor::Image;

/// The value below which a `share` of all values lies, from 0 to 1.
///
/// ```
/// use glassbox_kernels::percentile;
/// use glassbox_tensor::Image;
/// let picture = Image::from_vec([1, 5, 1], vec![9u8, 1, 5, 7, 3]).unwrap();
/// assert_eq!([0.0, 0.5, 1.0].map(|share| percentile(&picture, share)), [1, 5, 9]);
/// ```
///
/// # Panics
/// If the picture is empty.
#[track_caller]
pub fn percentile(picture: &Image<u8>, share: f64) -> u8 {
    assert!(!picture.is_empty(), "percentile: expected a picture, got shape {:?}", picture.shape());
    let mut counts = [0usize; 256];
    picture.as_slice().iter().for_each(|&value| counts[usize::from(value)] += 1);
    let rank = (share * (picture.len() - 1) as f64).round() as usize;
    let mut below = 0;
    for (value, count) in counts.into_iter().enumerate() {
        below += count;
        if below > rank {
            return value as u8;
        }
    }
    u8::MAX
}

/// The mean of all values.
///
/// # Panics
/// If the picture is empty.
#[track_caller]
pub fn mean(picture: &Image<u8>) -> f64 {
    assert!(!picture.is_empty(), "mean: expected a picture, got shape {:?}", picture.shape());
    picture.as_slice().iter().map(|&value| f64::from(value)).sum::<f64>() / picture.len() as f64
}

/// Peak signal-to-noise ratio of two pictures in decibels, `10·log₁₀(255² / mean (a − b)²)`; infinite if they are
/// equal.
///
/// # Panics
/// If their shapes differ.
#[track_caller]
pub fn psnr(a: &Image<u8>, b: &Image<u8>) -> f64 {
    assert_eq!(a.dim(), b.dim(), "psnr: two pictures of one shape");
    let squares = a.as_slice().iter().zip(b.as_slice()).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    let mean = squares.sum::<f64>() / a.len() as f64;
    10.0 * (255.0 * 255.0 / mean).log10()
}

/// Entropy in bits per number, `−Σ p·log₂ p` over the 256 values: 0 if all numbers are equal, 8 if all values are
/// equally frequent.
///
/// ```
/// use glassbox_kernels::entropy;
/// use glassbox_tensor::Image;
/// assert_eq!(entropy(&Image::from_vec([1, 4, 1], vec![0u8, 0, 255, 255]).unwrap()), 1.0);
/// ```
///
/// # Panics
/// If the picture is empty.
#[track_caller]
pub fn entropy(picture: &Image<u8>) -> f64 {
    assert!(!picture.is_empty(), "entropy: expected a picture, got shape {:?}", picture.shape());
    let mut counts = [0usize; 256];
    picture.as_slice().iter().for_each(|&value| counts[usize::from(value)] += 1);
    entropy_of(&counts)
}

/// The entropy of values that occur so often.
pub(super) fn entropy_of(counts: &[usize; 256]) -> f64 {
    let all: usize = counts.iter().sum();
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / all as f64);
    shares.map(|share| share * (1.0 / share).log2()).sum()
}

/// Standard deviation of all values from their mean, `√(mean (a − mean a)²)`.
///
/// # Panics
/// If the picture is empty.
#[track_caller]
pub fn deviation(picture: &Image<f32>) -> f64 {
    assert!(!picture.is_empty(), "deviation: expected a picture, got shape {:?}", picture.shape());
    let values = || picture.as_slice().iter().map(|&value| f64::from(value));
    let (count, mean) = (picture.len() as f64, values().sum::<f64>() / picture.len() as f64);
    (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// An estimate of the standard deviation of the noise in a picture: `√(π/2) / (6(w − 2)(h − 2)) · Σ |a * N|`.
///
/// The mask `N = [1 −2 1; −2 4 −2; 1 −2 1]` ignores constant and linear areas. None if the picture is smaller than the
/// mask, 3×3 pixels.
///
/// # Shape
/// `[h, w, 1]`
///
/// Source: J. Immerkær, *Fast noise variance estimation* (1996).
pub fn immerkaer(picture: &Image<f32>) -> Option<f64> {
    let (height, width, _) = picture.dim();
    immerkaer_of_rows(height, width, |y, row| row.copy_from_slice(picture.line(y)))
}

/// As [`immerkaer`], of rows that `row` gives.
pub(super) fn immerkaer_of_rows(height: usize, width: usize, mut row: impl FnMut(usize, &mut [f32])) -> Option<f64> {
    if height < 3 || width < 3 {
        return None;
    }
    let [mut above, mut here, mut below] = [(); 3].map(|()| vec![0.0; width]);
    row(0, &mut here);
    row(1, &mut below);
    let mut sum = 0.0;
    for y in 2..height {
        std::mem::swap(&mut above, &mut here);
        std::mem::swap(&mut here, &mut below);
        row(y, &mut below);
        for x in 1..width - 1 {
            let second = |row: &[f32]| f64::from(row[x - 1]) - 2.0 * f64::from(row[x]) + f64::from(row[x + 1]);
            sum += (second(&above) - 2.0 * second(&here) + second(&below)).abs();
        }
    }
    Some((std::f64::consts::PI / 2.0).sqrt() * sum / (6 * (width - 2) * (height - 2)) as f64)
}
