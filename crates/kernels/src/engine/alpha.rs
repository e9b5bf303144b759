//! What can hardly be seen may have any colour: before an operator looks at it, it takes on that of what can be seen around it.

use glassbox_tensor::Image;

use crate::numbers::{alpha, is_faint};
use crate::operator::{ErasedRows, Kernel, Operator, Rows, Window};
use crate::{Border, Pixel};

/// Draws the colour of each pixel of less than half alpha to those around it.
///
/// With `a` the pixel's alpha, `ā = Σ alpha² / Σ alpha` the alpha around it, each counted as much as it is seen, and
/// `n = Σ alpha·colour / Σ alpha` the colour that is seen there, its colour `c` becomes `n + min(1, 2a/ā)²·(c − n)`. So what is as transparent as all around it keeps its colour, and what is wholly transparent has no say.
/// Where nothing can be seen all stays as it is. Alpha is not changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FillTransparent {
    window: Window,
    border: Border,
}

impl FillTransparent {
    /// What an operator needs; nothing if it looks at one pixel at a time.
    pub(crate) fn before(filter: &dyn ErasedRows) -> Option<Self> {
        let seen = filter.window();
        // What the border makes up has no alpha where the operator wants nothing there.
        let border = if filter.border() == Border::Crop { Border::Zero } else { filter.border() };
        if !filter.keeps_alpha() {
            return Self::together(seen, border);
        }
        // The places that see a pixel, as the pixel sees them.
        let window = Window { above: seen.below, below: seen.above, left: seen.right, right: seen.left, stride: 1 };
        (seen.height() * seen.width() > 1).then_some(Self { window, border })
    }

    /// What an operator needs that sees alpha as any other channel: all that some window sees together with a pixel.
    pub(crate) fn together(seen: Window, border: Border) -> Option<Self> {
        let (rows, columns) = (seen.height() - 1, seen.width() - 1);
        let window = Window { above: rows, below: rows, left: columns, right: columns, stride: 1 };
        (rows + columns > 0).then_some(Self { window, border })
    }

    /// What an operator of whole pictures needs that sees so far around a place: all that is seen together.
    pub(crate) fn around(reach: usize, border: Border) -> Self {
        let all = 2 * reach;
        // What else there may be beyond the edge the operator makes up itself.
        let border = if border == Border::Wrap { border } else { Border::Zero };
        Self { window: Window { above: all, below: all, left: all, right: all, stride: 1 }, border }
    }

    /// What operators need that see the whole picture: the colours near by, behind [`cover_by_mean`].
    pub(crate) const NEAR: Self =
        Self { window: Window { above: 15, below: 15, left: 15, right: 15, stride: 1 }, border: Border::Zero };
}

impl Operator for FillTransparent {
    type Kernel<T: Pixel> = FillTransparentRow;

    fn window(&self) -> Window {
        self.window
    }

    fn border(&self) -> Border {
        self.border
    }

    fn keeps_alpha(&self) -> bool {
        // It copies alpha itself.
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> FillTransparentRow {
        let around = vec![0.0; channels + 1];
        FillTransparentRow { window: self.window, channels, columns: Vec::new(), shared: Vec::new(), around }
    }
}

/// Sums of `alpha·colour` for each colour, then of `alpha` and `alpha²`.
pub(crate) struct FillTransparentRow {
    window: Window,
    channels: usize,
    /// The sums of each column.
    columns: Vec<f64>,
    /// The same without the topmost row, for the next row of windows; empty if they must be made anew.
    shared: Vec<f64>,
    /// The sums of a window.
    around: Vec<f64>,
}

impl<T: Pixel> Kernel<T> for FillTransparentRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { window, channels, columns, shared, around } = self;
        let (channels, height) = (*channels, window.height());
        let (terms, width) = (channels + 1, window.width() * (channels + 1));
        out.copy_from_slice(&rows.get(window.above)[window.left * channels..][..out.len()]);
        if !out.chunks_exact(channels).any(is_faint) {
            return shared.clear();
        }
        // Sums of whole numbers are exact, so that what leaves can be taken off again.
        if shared.is_empty() || !T::BINS_ARE_EXACT {
            shared.clear();
            shared.resize(rows.get(0).len() / channels * terms, 0.0);
            (0..height - 1).for_each(|y| add(shared, rows.get(y), channels, 1.0));
        }
        columns.clone_from(shared);
        add(columns, rows.get(height - 1), channels, 1.0);
        shared.clone_from(columns);
        add(shared, rows.get(0), channels, -1.0);
        for (x, pixel) in out.chunks_exact_mut(channels).enumerate() {
            let start = x * terms;
            if x > 0 && T::BINS_ARE_EXACT {
                let (leaves, enters) = (&columns[start - terms..start], &columns[start + width - terms..]);
                around.iter_mut().zip(leaves).zip(enters).for_each(|((sum, leaves), enters)| *sum += enters - leaves);
            } else if x == 0 || is_faint(pixel) {
                around.fill(0.0);
                let columns = columns[start..start + width].chunks_exact(terms);
                columns.for_each(|column| around.iter_mut().zip(column).for_each(|(sum, column)| *sum += column));
            }
            if is_faint(pixel) {
                cover(pixel, around);
            }
        }
    }
}

/// As [`FillTransparent`], all of the picture being around each pixel.
pub(crate) fn cover_by_mean<T: Pixel>(picture: &mut Image<T>) {
    let channels = picture.channels();
    let mut around = vec![0.0; channels + 1];
    picture.as_slice().chunks_exact(channels).for_each(|pixel| add(&mut around, pixel, channels, 1.0));
    let pixels = picture.as_mut_slice().chunks_exact_mut(channels);
    pixels.filter(|pixel| is_faint(pixel)).for_each(|pixel| cover(pixel, &around));
}

/// Adds `sign` times each pixel's terms to the sums in its place.
#[inline(always)]
fn add<T: Pixel>(sums: &mut [f64], row: &[T], channels: usize, sign: f64) {
    for (sums, pixel) in sums.chunks_exact_mut(channels + 1).zip(row.chunks_exact(channels)) {
        let alpha = alpha(pixel);
        // Colours that cannot be seen may be no numbers.
        if alpha != 0.0 {
            let (colours, all) = sums.split_at_mut(channels - 1);
            all[0] += sign * alpha;
            all[1] += sign * alpha * alpha;
            colours.iter_mut().zip(pixel).for_each(|(sum, colour)| *sum += sign * alpha * f64::from(colour.to_real()));
        }
    }
}

/// Draws a pixel to the sums around it.
#[inline(always)]
fn cover<T: Pixel>(pixel: &mut [T], around: &[f64]) {
    let colours = pixel.len() - 1;
    let (all, squares) = (around[colours], around[colours + 1]);
    if all > 0.0 {
        let own = (2.0 * alpha(pixel) * all / squares).min(1.0).powi(2);
        for (colour, sum) in pixel[..colours].iter_mut().zip(around) {
            let (near, c) = (sum / all, f64::from(colour.to_real()));
            *colour = T::from_real((if own > 0.0 { near + own * (c - near) } else { near }) as f32);
        }
    }
}
