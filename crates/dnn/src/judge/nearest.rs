use rayon::prelude::*;

use crate::Dataset;

/// How far the chosen pictures are from the nearest of `known`: the root of the mean square of the pixels' differences,
/// 0 … 1, the mean over the chosen ones.
///
/// ```
/// use glassbox_dnn::{Dataset, judge::nearest};
/// use glassbox_tensor::Batch;
/// let drawn = Batch::from_vec([1, 1, 2, 1], vec![0u8, 51]).unwrap();
/// let known = Batch::from_vec([2, 1, 2, 1], vec![51u8, 0, 255, 255]).unwrap();
/// let [drawn, known] = [(&drawn, &[0][..]), (&known, &[0, 0][..])].map(|(images, labels)| Dataset { images, labels });
/// // Both pixels are a fifth away.
/// assert!((nearest(drawn, &[0], known) - 0.2).abs() < 1e-12);
/// ```
///
/// # Panics
/// If a chosen index has no picture.
pub fn nearest(pictures: Dataset, chosen: &[u32], known: Dataset) -> f64 {
    let numbers = pictures.shape().len().max(1);
    let distances = chosen.par_iter().map(|&index| {
        let picture = &pictures.images.as_slice()[index as usize * numbers..][..numbers];
        let squares = known.images.as_slice().chunks_exact(numbers).map(|other| {
            let squares = |(a, b): (&[u8], &[u8])| -> u32 {
                a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
            };
            // A sum of 2¹⁵ squares of bytes is below 2³².
            picture.chunks(1 << 15).zip(other.chunks(1 << 15)).map(|pair| u64::from(squares(pair))).sum::<u64>()
        });
        (squares.min().unwrap_or(0) as f64 / numbers as f64).sqrt() / 255.0
    });
    let distances: Vec<f64> = distances.collect();
    distances.iter().sum::<f64>() / distances.len().max(1) as f64
}
