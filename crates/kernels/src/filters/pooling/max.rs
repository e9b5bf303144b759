use crate::filters::shared::plain::greatest;
use crate::filters::shared::pool_window::{Lines, Pool, SIZE, STRIDE};
use crate::filters::{Arguments, Entry};
use crate::numbers::{greater, smaller};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// The greatest number of the window.
fn formula(around: &Neighbourhood) -> f64 {
    greatest(&around.window())
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "max-pool",
    summary: "the greatest pixel of each window: keeps light details",
    formula: "max a over the window",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build: |arguments| build::<true>(arguments, formula),
};

/// The filter that takes the greatest number of each window, or the smallest.
pub(super) fn build<const GREATEST: bool>(
    arguments: &Arguments,
    formula: fn(&Neighbourhood) -> f64,
) -> Result<Filter, Error> {
    Ok(Filter::rows(arguments.operator(), ExtremePool::<GREATEST>(Pool::from_arguments(arguments)), formula))
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
        ExtremePoolRow(Lines::new(self.0, channels))
    }
}

struct ExtremePoolRow<T, const GREATEST: bool>(Lines<T>);

impl<T: Pixel, const GREATEST: bool> Kernel<T> for ExtremePoolRow<T, GREATEST> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        out.copy_from_slice(self.0.row(rows, out.len(), |pixel| pixel, extreme::<T, GREATEST>));
    }
}

#[inline(always)]
fn extreme<T: Pixel, const GREATEST: bool>(a: T, b: T) -> T {
    if GREATEST { greater(a, b) } else { smaller(a, b) }
}
