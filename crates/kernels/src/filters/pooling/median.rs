use crate::filters::shared::plain::sorted;
use crate::filters::shared::pool_window::{Reduce, SIZE, STRIDE, filter};
use crate::filters::{Arguments, Entry};
use crate::numbers::nearest;
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Pixel};

/// The middle of the sorted window; if their count is even, the mean of the two in the middle.
fn formula(around: &Neighbourhood) -> f64 {
    let window = sorted(around.window());
    let n = window.len();
    (window[(n - 1) / 2] + window[n / 2]) / 2.0
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "median-pool",
    summary: "the middle pixel of each window: single specks disappear",
    formula: "the middle of the sorted numbers of the window; if their count is even, the mean of the two middle ones",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &[],
    build: |arguments: &Arguments| -> Result<Filter, Error> { Ok(filter(arguments, Median, formula)) },
};

#[derive(Clone, Debug)]
struct Median;

impl Reduce for Median {
    #[inline(always)]
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T {
        let (middle, even) = (window.len() / 2, window.len().is_multiple_of(2));
        let (below, upper, _) = window.select_nth_unstable_by(middle, T::order);
        match below.iter().copied().max_by(T::order) {
            Some(lower) if even => nearest((f64::from(lower.to_real()) + f64::from(upper.to_real())) / 2.0),
            _ => *upper,
        }
    }
}
