use glassbox_tensor::Image;

use super::measure::{mean, percentile, psnr};
use crate::{Engine, filters};

/// The share of values below which a picture's dark details lie, and its light ones above.
const DARK: f64 = 0.01;
const LIGHT: f64 = 0.99;

/// What pooling leaves of a picture, in numbers, each a share of what there was before.
///
/// The article's comparison: max pooling keeps light details and loses dark ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolingContrast {
    /// Mean brightness after pooling, 0 … 255.
    pub mean: f64,
    /// `(p₉₉(pooled) − m) / (p₉₉(whole) − m)`, `m` the median of the whole: how far light details still stand out.
    /// None if there were none.
    pub light: Option<f64>,
    /// `(m − p₁(pooled)) / (m − p₁(whole))`: the same of dark details.
    pub dark: Option<f64>,
    /// The mean of Sobel's response, as a share of what it was. None if there were no edges.
    pub edges: Option<f64>,
    /// Decibels between the pooled picture and another, [`psnr`]: higher is more alike. None if there is no other, it
    /// is of another size, or the same.
    pub psnr: Option<f64>,
}

impl PoolingContrast {
    /// Compares a pooled picture with the whole one, and with `other`, the picture of another pooling.
    ///
    /// # Shape
    /// All `[height, width, 1]`, brightness 0 … 255, each of its own size.
    ///
    /// ```
    /// use glassbox_kernels::PoolingContrast;
    /// use glassbox_tensor::Image;
    /// // A light and a dark dot on grey: the maximum over pairs keeps the light one alone.
    /// let whole = Image::from_vec([1, 5, 1], vec![100u8, 200, 100, 50, 100]).unwrap();
    /// let pooled = Image::from_vec([1, 2, 1], vec![200, 100]).unwrap();
    /// let contrast = PoolingContrast::of(&whole, &pooled, None);
    /// assert_eq!((contrast.mean, contrast.light, contrast.dark), (150.0, Some(1.0), Some(0.0)));
    /// ```
    ///
    /// # Panics
    /// If a picture is empty.
    #[track_caller]
    pub fn of(whole: &Image<u8>, pooled: &Image<u8>, other: Option<&Image<u8>>) -> Self {
        // Pooling moves the median, so both are compared with that of the whole.
        let middle = f64::from(percentile(whole, 0.5));
        let light = |image: &Image<u8>| f64::from(percentile(image, LIGHT)) - middle;
        let dark = |image: &Image<u8>| middle - f64::from(percentile(image, DARK));
        let share = |after: f64, before: f64| if before > 0.0 { Some(after / before) } else { None };
        let other = other.filter(|other| other.dim() == pooled.dim());
        Self {
            mean: mean(pooled),
            light: share(light(pooled), light(whole)),
            dark: share(dark(pooled), dark(whole)),
            edges: share(mean_edge(pooled), mean_edge(whole)),
            psnr: other.map(|other| psnr(pooled, other)).filter(|decibels| decibels.is_finite()),
        }
    }
}

/// The mean of Sobel's response.
fn mean_edge(image: &Image<u8>) -> f64 {
    let sobel = filters::parse("sobel").expect("an operator of the registry");
    mean(&Engine::default().run(&[sobel], image).expect("Sobel takes pictures of any size"))
}
