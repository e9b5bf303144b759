use super::pooling::{Pool, SIZE, STRIDE};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::pixel::greater;
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "max-pool",
    summary: "the greatest pixel of each window: keeps light details",
    formula: "max a over the window",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let Pool { size, stride } = Pool::from_arguments(arguments);
    Ok(Box::new(MaxPool { size, stride }))
}

/// Max pooling: the greatest number of each window.
///
/// # Shape
/// `[h, w, c]` → `[⌊(h − size) / stride⌋ + 1, ⌊(w − size) / stride⌋ + 1, c]`
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    /// Side of the window, 1 or more.
    pub size: usize,
    /// Pixels from one window to the next, 1 or more.
    pub stride: usize,
}

impl Operator for MaxPool {
    type Kernel<T: Pixel> = MaxPoolRow<T>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::top_left(self.size, self.stride)
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> MaxPoolRow<T> {
        MaxPoolRow { channels, pool: Pool { size: self.size, stride: self.stride }, greatest: Vec::new() }
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct MaxPoolRow<T> {
    channels: usize,
    pool: Pool,
    /// The greatest of each column.
    greatest: Vec<T>,
}

impl<T: Pixel> Kernel<T> for MaxPoolRow<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.greatest.clear();
        self.greatest.extend_from_slice(rows.get(0));
        for y in 1..self.pool.size {
            for (greatest, &pixel) in self.greatest.iter_mut().zip(rows.get(y)) {
                *greatest = greater(*greatest, pixel);
            }
        }
        self.pool.columns(self.channels, &self.greatest, out, greater, |greatest| greatest);
    }
}
