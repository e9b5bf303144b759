use super::pooling::{Pool, SIZE, STRIDE};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "avg-pool",
    summary: "the mean of each window: keeps what is broad",
    formula: "Σ a / size² over the window, rounded half up",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let Pool { size, stride } = Pool::from_arguments(arguments);
    Ok(Box::new(AvgPool { size, stride }))
}

/// Average pooling: the mean of each window, for `u8` and `u16` exact and rounded half up.
///
/// # Shape
/// `[h, w, c]` → `[⌊(h − size) / stride⌋ + 1, ⌊(w − size) / stride⌋ + 1, c]`
#[derive(Clone, Copy, Debug)]
pub struct AvgPool {
    /// Side of the window, 1 or more.
    pub size: usize,
    /// Pixels from one window to the next, 1 or more.
    pub stride: usize,
}

impl Operator for AvgPool {
    type Kernel<T: Pixel> = AvgPoolRow<T>;

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

    fn kernel<T: Pixel>(&self, channels: usize) -> AvgPoolRow<T> {
        AvgPoolRow { channels, pool: Pool { size: self.size, stride: self.stride }, sums: Vec::new() }
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct AvgPoolRow<T: Pixel> {
    channels: usize,
    pool: Pool,
    /// The sum of each column.
    sums: Vec<T::Sum>,
}

impl<T: Pixel> Kernel<T> for AvgPoolRow<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.sums.clear();
        self.sums.extend(rows.get(0).iter().map(|pixel| pixel.term()));
        for y in 1..self.pool.size {
            for (sum, pixel) in self.sums.iter_mut().zip(rows.get(y)) {
                *sum = *sum + pixel.term();
            }
        }
        let count = (self.pool.size * self.pool.size) as u32;
        self.pool.columns(self.channels, &self.sums, out, |a, b| a + b, |sum| T::mean(sum, count));
    }
}
