//! What an operator is: a window, and a function from the window's rows to one row.

use crate::simd::{Level, Task, dispatch};
use crate::{Border, Pixel};

/// How much of the picture around a place an operator sees, and how far apart its places are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows above the place.
    pub above: usize,
    /// Rows below.
    pub below: usize,
    /// Columns to the left.
    pub left: usize,
    /// Columns to the right.
    pub right: usize,
    /// From one place to the next, along rows and columns: 1 for filters, the stride for pooling.
    pub stride: usize,
}

impl Window {
    /// A square of `size` around its middle.
    pub fn centred(size: usize) -> Self {
        let (before, after) = (size / 2, size - 1 - size / 2);
        Self { above: before, below: after, left: before, right: after, stride: 1 }
    }

    /// A square of `size` whose top left pixel is the place.
    pub fn top_left(size: usize, stride: usize) -> Self {
        Self { above: 0, below: size - 1, left: 0, right: size - 1, stride }
    }

    /// Its number of rows.
    pub fn height(&self) -> usize {
        self.above + 1 + self.below
    }

    /// Its number of columns.
    pub fn width(&self) -> usize {
        self.left + 1 + self.right
    }
}

/// The rows that a window covers, as far to the left and right as the windows of the places in hand reach.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    rows: &'a [&'a [T]],
    past_caches: bool,
}

impl<'a, T> Rows<'a, T> {
    pub(crate) fn new(rows: &'a [&'a [T]], past_caches: bool) -> Self {
        Self { rows, past_caches }
    }

    /// Row `i` of the window, 0 the topmost, `(left + width + right) · channels` numbers.
    ///
    /// # Panics
    /// If the window does not have so many rows.
    #[inline(always)]
    pub fn get(&self, i: usize) -> &'a [T] {
        self.rows[i]
    }

    /// Whether the picture that is made is so large that writing it past the caches is faster.
    #[inline(always)]
    pub(crate) fn past_caches(&self) -> bool {
        self.past_caches
    }
}

/// An operator: what it sees, and the function that makes its rows.
///
/// Everything else — borders, threads, strips, element types, vector instructions — is the engine's.
pub trait Operator: std::fmt::Debug + Send + Sync + 'static {
    /// The row function with whatever it keeps from row to row.
    type Kernel<T: Pixel>: Kernel<T>;

    /// The operator's name in the registry.
    fn name(&self) -> &'static str;

    /// What it sees.
    fn window(&self) -> Window;

    /// What it wants beyond the edge. [`Border::Crop`] means: nothing.
    fn border(&self) -> Border;

    /// Channels that come out when `channels` go in.
    fn channels(&self, channels: usize) -> usize {
        channels
    }

    /// Whether an alpha channel is to be copied rather than filtered. Where places are not pixels, as in pooling, it cannot be.
    fn keeps_alpha(&self) -> bool {
        true
    }

    /// The row function for a picture of so many channels, made anew for each strip.
    fn kernel<T: Pixel>(&self, channels: usize) -> Self::Kernel<T>;
}

/// A function from the window's rows to one row of the output.
pub trait Kernel<T>: Send + 'static {
    /// Makes the next row; the engine goes down a strip row by row. Mark it `#[inline(always)]`.
    ///
    /// # Shape
    /// Each of `rows` is `(left + width + right) · channels` long, `out` the output's `width · channels`.
    fn row(&mut self, rows: Rows<T>, out: &mut [T]);
}

/// An operator with its type forgotten: what chains and the registry hold.
pub trait Filter: std::fmt::Debug + Send + Sync {
    /// The operator's name in the registry.
    fn name(&self) -> &'static str;
    /// What it sees.
    fn window(&self) -> Window;
    /// What it wants beyond the edge.
    fn border(&self) -> Border;
    /// Channels that come out when `channels` go in.
    fn channels(&self, channels: usize) -> usize;
    /// Whether an alpha channel is copied rather than filtered.
    fn keeps_alpha(&self) -> bool;
    #[doc(hidden)]
    fn kernel_u8(&self, channels: usize) -> Box<dyn RowKernel<u8>>;
    #[doc(hidden)]
    fn kernel_u16(&self, channels: usize) -> Box<dyn RowKernel<u16>>;
    #[doc(hidden)]
    fn kernel_f32(&self, channels: usize) -> Box<dyn RowKernel<f32>>;
}

impl<O: Operator> Filter for O {
    fn name(&self) -> &'static str {
        Operator::name(self)
    }

    fn window(&self) -> Window {
        Operator::window(self)
    }

    fn border(&self) -> Border {
        Operator::border(self)
    }

    fn channels(&self, channels: usize) -> usize {
        Operator::channels(self, channels)
    }

    fn keeps_alpha(&self) -> bool {
        Operator::keeps_alpha(self)
    }

    fn kernel_u8(&self, channels: usize) -> Box<dyn RowKernel<u8>> {
        Box::new(Vectorised(self.kernel::<u8>(channels)))
    }

    fn kernel_u16(&self, channels: usize) -> Box<dyn RowKernel<u16>> {
        Box::new(Vectorised(self.kernel::<u16>(channels)))
    }

    fn kernel_f32(&self, channels: usize) -> Box<dyn RowKernel<f32>> {
        Box::new(Vectorised(self.kernel::<f32>(channels)))
    }
}

/// A row function with its type forgotten, compiled for every level.
#[doc(hidden)]
pub trait RowKernel<T>: Send {
    fn row(&mut self, level: Level, rows: Rows<T>, out: &mut [T]);
}

struct Vectorised<K>(K);

impl<T: Pixel, K: Kernel<T>> RowKernel<T> for Vectorised<K> {
    fn row(&mut self, level: Level, rows: Rows<T>, out: &mut [T]) {
        dispatch(level, OneRow { kernel: &mut self.0, rows, out });
    }
}

struct OneRow<'a, K, T> {
    kernel: &'a mut K,
    rows: Rows<'a, T>,
    out: &'a mut [T],
}

impl<T: Pixel, K: Kernel<T>> Task for OneRow<'_, K, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.kernel.row(self.rows, self.out);
    }
}
