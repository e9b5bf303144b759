use glassbox_tensor::Image;

/// A picture scaled to another size, each new pixel a weighted mean of the old ones under it.
///
/// The weights form a triangle, `max(0, 1 − |t|)`. It is two new pixels wide when the picture shrinks, so that every
/// old pixel counts, and two old pixels wide when it grows (bilinear interpolation). At the edges the weights inside
/// the picture are scaled to add up to one. Rows are resampled first, then columns.
///
/// # Shape
/// `[h, w, c]` → `[height, width, c]`
///
/// ```
/// use glassbox_kernels::resample;
/// use glassbox_tensor::Image;
/// let picture = Image::from_vec([1, 2, 1], vec![0.0, 8.0]).unwrap();
/// assert_eq!(resample(&picture, 1, 1).as_slice(), [4.0]);
/// assert_eq!(resample(&picture, 1, 4).as_slice(), [0.0, 2.0, 6.0, 8.0]);
/// ```
///
/// # Panics
/// If the picture is empty.
#[track_caller]
pub fn resample(picture: &Image<f32>, height: usize, width: usize) -> Image<f32> {
    assert!(!picture.is_empty(), "resample: expected a picture, got shape {:?}", picture.shape());
    let (columns, rows) = (weights(picture.width(), width), weights(picture.height(), height));
    let narrow = Image::from_fn([picture.height(), width, picture.channels()], |(y, x, c)| {
        let (first, weights) = &columns[x];
        weights.iter().zip(*first..).map(|(weight, x)| weight * picture[[y, x, c]]).sum::<f32>()
    });
    Image::from_fn([height, width, picture.channels()], |(y, x, c)| {
        let (first, weights) = &rows[y];
        weights.iter().zip(*first..).map(|(weight, y)| weight * narrow[[y, x, c]]).sum::<f32>()
    })
}

/// For each new pixel along a side, the first old pixel that counts and the weights from there on.
fn weights(old: usize, new: usize) -> Vec<(usize, Vec<f32>)> {
    let scale = old as f32 / new as f32;
    let radius = scale.max(1.0);
    let one = |i: usize| {
        let centre = (i as f32 + 0.5) * scale - 0.5;
        let first = (centre - radius).ceil().max(0.0) as usize;
        let last = ((centre + radius).floor() as usize).min(old - 1);
        let raw: Vec<f32> = (first..=last).map(|j| (1.0 - (j as f32 - centre).abs() / radius).max(0.0)).collect();
        let sum: f32 = raw.iter().sum();
        (first, raw.into_iter().map(|weight| weight / sum).collect())
    };
    (0..new).map(one).collect()
}
