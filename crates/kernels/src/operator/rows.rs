//! Operators that make a row from the rows of their window.

use std::any::Any;
use std::fmt::Debug;

use glassbox_simd::{Level, Task, dispatch_with};

use super::{Border, Rows, Window};
use crate::Pixel;

/// An operator that works row by row: its window, and the function that makes its rows.
///
/// The engine does the rest: borders, threads, strips, element types, vector instructions.
pub trait Operator: Debug + Send + Sync + 'static {
    /// The row function with the state that it keeps from row to row.
    type Kernel<T: Pixel>: Kernel<T>;

    /// How far it reads around a position.
    fn window(&self) -> Window;

    /// How many rows below its window the row function gets as well; none by default.
    ///
    /// A row function that makes several rows at a time needs them. It returns the further rows when they are due. The
    /// last row is repeated where the strip ends.
    fn ahead(&self) -> usize {
        0
    }

    /// What it reads beyond the edge; nothing for [`Border::Crop`].
    fn border(&self) -> Border;

    /// The number of output channels for `channels` of input.
    fn channels(&self, channels: usize) -> usize {
        channels
    }

    /// Whether an alpha channel is copied instead of filtered. It cannot be where positions are not pixels, as in
    /// pooling.
    fn keeps_alpha(&self) -> bool {
        true
    }

    /// The row function for a picture of `channels`, made anew for each strip.
    fn kernel<T: Pixel>(&self, channels: usize) -> Self::Kernel<T>;
}

/// A function from the rows of a window to one row of the output.
pub trait Kernel<T>: Send + 'static {
    /// Makes the next row; the engine goes down a strip row by row. Mark it `#[inline(always)]`.
    ///
    /// # Shape
    /// Each of `rows` has `(left + width + right) · channels` numbers, `out` has `width · channels` of the output.
    fn row(&mut self, rows: Rows<T>, out: &mut [T]);
}

/// An [`Operator`] with its type erased.
pub(crate) trait ErasedRows: Debug + Send + Sync {
    fn window(&self) -> Window;
    fn ahead(&self) -> usize;
    fn border(&self) -> Border;
    fn channels(&self, channels: usize) -> usize;
    fn keeps_alpha(&self) -> bool;
    fn kernel_u8(&self, channels: usize) -> Box<dyn ErasedKernel<u8>>;
    fn kernel_u16(&self, channels: usize) -> Box<dyn ErasedKernel<u16>>;
    fn kernel_f32(&self, channels: usize) -> Box<dyn ErasedKernel<f32>>;
}

impl<O: Operator> ErasedRows for O {
    fn window(&self) -> Window {
        Operator::window(self)
    }

    fn ahead(&self) -> usize {
        Operator::ahead(self)
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

    fn kernel_u8(&self, channels: usize) -> Box<dyn ErasedKernel<u8>> {
        Box::new(Vectorised(self.kernel::<u8>(channels)))
    }

    fn kernel_u16(&self, channels: usize) -> Box<dyn ErasedKernel<u16>> {
        Box::new(Vectorised(self.kernel::<u16>(channels)))
    }

    fn kernel_f32(&self, channels: usize) -> Box<dyn ErasedKernel<f32>> {
        Box::new(Vectorised(self.kernel::<f32>(channels)))
    }
}

/// The row function of an erased operator.
pub(crate) fn kernel_of<T: Pixel>(filter: &dyn ErasedRows, channels: usize) -> Box<dyn ErasedKernel<T>> {
    let kernel: Box<dyn Any> = match T::NAME {
        "u8" => Box::new(filter.kernel_u8(channels)),
        "u16" => Box::new(filter.kernel_u16(channels)),
        _ => Box::new(filter.kernel_f32(channels)),
    };
    *kernel.downcast().expect("u8, u16 and f32 are all the pixels there are")
}

/// A row function with its type erased, compiled for every level.
pub(crate) trait ErasedKernel<T>: Send {
    fn row(&mut self, rows: Rows<T>, out: &mut [T]);
}

struct Vectorised<K>(K);

impl<T: Pixel, K: Kernel<T>> ErasedKernel<T> for Vectorised<K> {
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        run_row(&mut self.0, rows, out);
    }
}

/// Runs a row function, compiled for the level of `rows` in the module of its type.
#[inline(always)]
pub(crate) fn run_row<T: Pixel, K: Kernel<T>>(kernel: &mut K, rows: Rows<T>, out: &mut [T]) {
    dispatch_with::<K, _>(rows.level(), OneRow { kernel, rows, out });
}

struct OneRow<'a, K, T> {
    kernel: &'a mut K,
    rows: Rows<'a, T>,
    out: &'a mut [T],
}

impl<T: Pixel, K: Kernel<T>> Task for OneRow<'_, K, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, level: Level) {
        self.kernel.row(self.rows.at(level), self.out);
    }
}
