use super::window::{Pool, SIZE, STRIDE};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::filters::{Arguments, Entry};
use crate::wide::{greater, smaller};
use crate::{Border, Error, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "max-pool",
    summary: "the greatest pixel of each window: keeps light details",
    formula: "max a over the window",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build: build::<true>,
};

/// The greatest number of each window, or the smallest.
pub(super) fn build<const GREATEST: bool>(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(Filter::rows(arguments.operator(), ExtremePool::<GREATEST>(Pool::from_arguments(arguments))))
}

#[derive(Debug)]
struct ExtremePool<const GREATEST: bool>(Pool);

impl<const GREATEST: bool> Operator for ExtremePool<GREATEST> {
    type Kernel<T: Pixel> = ExtremePoolRow<T, GREATEST>;

    fn window(&self) -> Window {
        self.0.window()
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ExtremePoolRow<T, GREATEST> {
        ExtremePoolRow { channels, pool: self.0, columns: Vec::new() }
    }
}

struct ExtremePoolRow<T, const GREATEST: bool> {
    channels: usize,
    pool: Pool,
    /// The outermost number of each column.
    columns: Vec<T>,
}

impl<T: Pixel, const GREATEST: bool> Kernel<T> for ExtremePoolRow<T, GREATEST> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.columns.clear();
        self.columns.extend_from_slice(rows.get(0));
        for y in 1..self.pool.size {
            for (column, &pixel) in self.columns.iter_mut().zip(rows.get(y)) {
                *column = outer::<T, GREATEST>(*column, pixel);
            }
        }
        self.pool.columns(self.channels, &self.columns, out, outer::<T, GREATEST>, |outermost| outermost);
    }
}

#[inline(always)]
fn outer<T: Pixel, const GREATEST: bool>(a: T, b: T) -> T {
    if GREATEST { greater(a, b) } else { smaller(a, b) }
}
