//! Transparent pixels may have any colour. Before an operator reads them, they get the colour of visible pixels around.

use glassbox_tensor::Image;

use crate::numbers::{alpha, is_faint};
use crate::operator::{ErasedRows, Kernel, Operator, Rows, Window};
use crate::{Border, Pixel};

/// Moves the colour of each pixel of less than half alpha towards the colours around it.
///
/// `ā = Σ alpha² / Σ alpha` and `n = Σ alpha·colour / Σ alpha` are the means of alpha and of the colour in the window,
/// both weighted by alpha. The colour `c` of a pixel of alpha `a` becomes
///
/// `n + min(1, 2a / ā)² · (c − n)`
///
/// A pixel that is as transparent as all around it keeps its colour. The colour of a wholly transparent pixel counts
/// for nothing. Where the whole window is transparent nothing changes. Alpha never changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct FillTransparent {
    window: Window,
    border: Border,
}

impl FillTransparent {
    /// The fill before an operator on rows; none if its window is a single pixel.
    pub(super) fn before_rows(filter: &dyn ErasedRows) -> Option<Self> {
        let of = filter.window();
        // Outside the picture alpha is 0 if the operator reads nothing there.
        let border = if filter.border() == Border::Crop { Border::Zero } else { filter.border() };
        if !filter.keeps_alpha() {
            return Self::before_pooling(of, border);
        }
        // All positions whose window holds the pixel: the operator's window, mirrored.
        let window = Window { above: of.below, below: of.above, left: of.right, right: of.left, stride: 1 };
        (of.height() * of.width() > 1).then_some(Self { window, border })
    }

    /// The fill before an operator that treats alpha like any channel: all pixels that share some window with a pixel.
    pub(super) fn before_pooling(of: Window, border: Border) -> Option<Self> {
        let (rows, columns) = (of.height() - 1, of.width() - 1);
        let window = Window { above: rows, below: rows, left: columns, right: columns, stride: 1 };
        (rows + columns > 0).then_some(Self { window, border })
    }

    /// The fill before an operator on pictures that reads `reach` pixels around a position.
    pub(super) fn before_picture(reach: usize, border: Border) -> Self {
        let all = 2 * reach;
        // The operator itself makes up any other border.
        let border = if border == Border::Wrap { border } else { Border::Zero };
        Self { window: Window { above: all, below: all, left: all, right: all, stride: 1 }, border }
    }

    /// The fill before an operator that reads the whole picture: the colours near by, after [`fill_with_mean`].
    pub(super) const NEAR: Self =
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
        // The row function copies alpha.
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> FillTransparentRow {
        let sums = vec![0.0; channels + 1];
        FillTransparentRow { window: self.window, channels, columns: Vec::new(), shared: Vec::new(), sums }
    }
}

/// The row function. Its sums are those of `alpha·colour` for each colour, then of `alpha` and of `alpha²`.
pub(super) struct FillTransparentRow {
    window: Window,
    channels: usize,
    /// The sums of each column of the window.
    columns: Vec<f64>,
    /// The same without the top row, which the next row begins with; empty if they must be computed anew.
    shared: Vec<f64>,
    /// The sums of the window.
    sums: Vec<f64>,
}

impl<T: Pixel> Kernel<T> for FillTransparentRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { window, channels, columns, shared, sums } = self;
        let (channels, height) = (*channels, window.height());
        let (terms, width) = (channels + 1, window.width() * (channels + 1));
        out.copy_from_slice(&rows.get(window.above)[window.left * channels..][..out.len()]);
        if !out.chunks_exact(channels).any(is_faint) {
            return shared.clear();
        }
        // Sums of whole numbers are exact, so a row or column that leaves can be subtracted.
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
                sums.iter_mut().zip(leaves).zip(enters).for_each(|((sum, leaves), enters)| *sum += enters - leaves);
            } else if x == 0 || is_faint(pixel) {
                sums.fill(0.0);
                let columns = columns[start..start + width].chunks_exact(terms);
                columns.for_each(|column| sums.iter_mut().zip(column).for_each(|(sum, column)| *sum += column));
            }
            if is_faint(pixel) {
                fill(pixel, sums);
            }
        }
    }
}

/// As [`FillTransparent`] with the whole picture as window.
pub(crate) fn fill_with_mean<T: Pixel>(picture: &mut Image<T>) {
    let channels = picture.channels();
    let mut sums = vec![0.0; channels + 1];
    picture.as_slice().chunks_exact(channels).for_each(|pixel| add(&mut sums, pixel, channels, 1.0));
    let pixels = picture.as_mut_slice().chunks_exact_mut(channels);
    pixels.filter(|pixel| is_faint(pixel)).for_each(|pixel| fill(pixel, &sums));
}

/// Adds `sign` times the terms of each pixel to its sums.
#[inline(always)]
fn add<T: Pixel>(sums: &mut [f64], row: &[T], channels: usize, sign: f64) {
    for (sums, pixel) in sums.chunks_exact_mut(channels + 1).zip(row.chunks_exact(channels)) {
        let alpha = alpha(pixel);
        // The colour of a transparent pixel may be NaN.
        if alpha != 0.0 {
            let (colours, alphas) = sums.split_at_mut(channels - 1);
            alphas[0] += sign * alpha;
            alphas[1] += sign * alpha * alpha;
            colours.iter_mut().zip(pixel).for_each(|(sum, colour)| *sum += sign * alpha * f64::from(colour.to_real()));
        }
    }
}

/// The formula, for one pixel and the sums of its window.
#[inline(always)]
fn fill<T: Pixel>(pixel: &mut [T], sums: &[f64]) {
    let colours = pixel.len() - 1;
    let (alphas, squares) = (sums[colours], sums[colours + 1]);
    if alphas > 0.0 {
        let own = (2.0 * alpha(pixel) * alphas / squares).min(1.0).powi(2);
        for (colour, sum) in pixel[..colours].iter_mut().zip(sums) {
            let (n, c) = (sum / alphas, f64::from(colour.to_real()));
            *colour = T::from_real((if own > 0.0 { n + own * (c - n) } else { n }) as f32);
        }
    }
}
