//! Numbers that say what an operator did to a picture.

use glassbox_tensor::Image;

/// The value below which `share` of all values lie, 0 … 1.
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

/// Peak signal-to-noise ratio of two pictures in decibels, `10·lg(255² / mean (a − b)²)`; infinite if they are equal.
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
