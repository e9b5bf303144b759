use std::collections::VecDeque;

use glassbox_tensor::Image;

use crate::Pixel;

/// Gives every pixel that is wholly transparent the colour of the visible pixel nearest to it, counted in steps along rows and columns.
///
/// What cannot be seen may have any colour; a filter would let it bleed into what is beside it. A picture of which nothing can be seen stays
/// as it is.
///
/// # Shape
/// `[h, w, 2 or 4]`, the last channel alpha, which is not changed.
///
/// ```
/// use glassbox_kernels::cover_transparent;
/// use glassbox_tensor::Image;
/// let mut picture = Image::from_vec([1, 3, 2], vec![7u8, 255, 99, 0, 99, 0]).unwrap();
/// cover_transparent(&mut picture);
/// assert_eq!(picture.as_slice(), [7, 255, 7, 0, 7, 0]);
/// ```
pub fn cover_transparent<T: Pixel>(picture: &mut Image<T>) {
    let (height, width, channels) = picture.dim();
    let Some(alpha) = channels.checked_sub(1) else { return };
    let pixels = picture.as_mut_slice();
    let is_clear = |pixels: &[T], place: usize| pixels[place * channels + alpha] <= T::default();
    let mut is_open: Vec<bool> = (0..height * width).map(|place| is_clear(pixels, place)).collect();
    let around = |place: usize| {
        let (y, x) = (place / width, place % width);
        [
            (y > 0).then(|| place - width),
            (x > 0).then(|| place - 1),
            (x + 1 < width).then(|| place + 1),
            (y + 1 < height).then(|| place + width),
        ]
    };
    let on_edge = |&place: &usize| !is_open[place] && around(place).into_iter().flatten().any(|next| is_open[next]);
    let mut waiting: VecDeque<usize> = (0..height * width).filter(on_edge).collect();
    while let Some(place) = waiting.pop_front() {
        for next in around(place).into_iter().flatten().filter(|&next| std::mem::take(&mut is_open[next])) {
            pixels.copy_within(place * channels..place * channels + alpha, next * channels);
            waiting.push_back(next);
        }
    }
}
