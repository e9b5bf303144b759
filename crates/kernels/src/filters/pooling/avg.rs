use super::window::{Pool, SIZE, STRIDE};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::filters::{Arguments, Entry};
use crate::{Border, Error, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "avg-pool",
    summary: "the mean of each window: keeps what is broad",
    formula: "Σ a / size² over the window, rounded half up",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build,
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(Filter::rows(arguments.operator(), AvgPool(Pool::from_arguments(arguments))))
}

#[derive(Debug)]
struct AvgPool(Pool);

impl Operator for AvgPool {
    type Kernel<T: Pixel> = AvgPoolRow<T>;

    fn window(&self) -> Window {
        self.0.window()
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> AvgPoolRow<T> {
        AvgPoolRow { channels, pool: self.0, sums: Vec::new() }
    }
}

struct AvgPoolRow<T: Pixel> {
    channels: usize,
    pool: Pool,
    /// The sum of each column.
    sums: Vec<T::Sum>,
}

impl<T: Pixel> Kernel<T> for AvgPoolRow<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        if (self.channels, self.pool.size, self.pool.stride) == (1, 2, 2) {
            let pairs = rows.get(0).as_chunks().0.iter().zip(rows.get(1).as_chunks().0);
            for (out, (&upper, &lower)) in out.iter_mut().zip(pairs) {
                *out = T::quarter(T::pair(upper) + T::pair(lower));
            }
            return;
        }
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
