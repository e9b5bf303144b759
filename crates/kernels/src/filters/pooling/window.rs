//! What the poolings of a window share: size and stride; for the fast ones rows brought together before columns, for the others each
//! window's numbers in one list.

use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::filters::draws::Draws;
use crate::filters::parameters::{Arguments, Parameter, Values};
use crate::{Border, Pixel};

/// Largest side of a pooling window: a window of as many pixels can still be summed up in 32 bits.
const LARGEST: usize = 1024;

pub(super) const SIZE: Parameter = Parameter {
    name: "size",
    default: "2",
    values: Values::Whole(1, LARGEST),
    help: "side of the window in pixels; where it does not divide the picture, the remainder is dropped",
};

pub(super) const STRIDE: Parameter = Parameter {
    name: "stride",
    default: "",
    values: Values::Whole(1, LARGEST),
    help: "pixels from one window to the next (default: the size)",
};

/// Size and stride of a pooling window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) size: usize,
    pub(super) stride: usize,
}

impl Pool {
    pub(super) fn from_arguments(arguments: &Arguments) -> Self {
        let size = arguments.whole("size").unwrap_or(2);
        Self { size, stride: arguments.whole("stride").unwrap_or(size) }
    }

    /// What it sees.
    pub(super) fn window(self) -> Window {
        Window::top_left(self.size, self.stride)
    }

    /// Brings the `size` pixels of each window in a row together: `out[x]` from the numbers `stride·x … stride·x + size − 1` of
    /// each channel.
    #[inline(always)]
    pub(super) fn columns<S: Copy, T>(
        self,
        channels: usize,
        row: &[S],
        out: &mut [T],
        add: impl Fn(S, S) -> S + Copy,
        finish: impl Fn(S) -> T + Copy,
    ) {
        // The usual sizes with their loops unrolled, which is what lets them be vectorised.
        match (channels, self.size, self.stride) {
            (1, 2, 2) => whole_windows::<S, T, 2>(row, out, add, finish),
            (1, 4, 4) => whole_windows::<S, T, 4>(row, out, add, finish),
            (1, 8, 8) => whole_windows::<S, T, 8>(row, out, add, finish),
            _ => {
                let pixels = out.chunks_exact_mut(channels).zip(row.chunks(self.stride * channels).enumerate());
                for (pixel, (x, _)) in pixels {
                    let start = x * self.stride * channels;
                    for (channel, out) in pixel.iter_mut().enumerate() {
                        let window = row[start..start + self.size * channels].iter().skip(channel).step_by(channels);
                        if let Some(all) = window.copied().reduce(add) {
                            *out = finish(all);
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn whole_windows<S: Copy, T, const N: usize>(
    row: &[S],
    out: &mut [T],
    add: impl Fn(S, S) -> S,
    finish: impl Fn(S) -> T,
) {
    for (window, out) in row.as_chunks::<N>().0.iter().zip(out) {
        let mut all = window[0];
        for &one in &window[1..] {
            all = add(all, one);
        }
        *out = finish(all);
    }
}

/// What becomes of the numbers of a window: a pooling method.
pub(super) trait Reduce: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// Where its random numbers come from, if it draws any.
    fn draws(&mut self) -> Option<&mut Draws> {
        None
    }

    /// The number that stands for those of `window`: one channel's, row by row; their order may be changed.
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T;
}

/// The filter that reduces each window of the size and stride that were given.
pub(super) fn filter(arguments: &Arguments, reduce: impl Reduce) -> Filter {
    let pool = Pool::from_arguments(arguments);
    filter_of(arguments, pool.window(), reduce)
}

/// The filter that reduces each such window.
pub(super) fn filter_of(arguments: &Arguments, window: Window, reduce: impl Reduce) -> Filter {
    Filter::rows(arguments.operator(), Reduced { window, reduce })
}

#[derive(Debug)]
struct Reduced<R> {
    window: Window,
    reduce: R,
}

impl<R: Reduce> Operator for Reduced<R> {
    type Kernel<T: Pixel> = ReducedRow<T, R>;

    fn window(&self) -> Window {
        self.window
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ReducedRow<T, R> {
        ReducedRow { window: self.window, channels, reduce: self.reduce.clone(), numbers: Vec::new() }
    }
}

struct ReducedRow<T, R> {
    window: Window,
    channels: usize,
    reduce: R,
    numbers: Vec<T>,
}

impl<T: Pixel, R: Reduce> Kernel<T> for ReducedRow<T, R> {
    // Nothing in it is vectorised: once is enough for all levels.
    #[inline(never)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { window, channels, reduce, numbers } = self;
        let length = window.width() * *channels;
        if let Some(draws) = reduce.draws() {
            draws.begin(rows.y());
        }
        for (x, pixel) in out.chunks_exact_mut(*channels).enumerate() {
            let start = x * window.stride * *channels;
            for (channel, out) in pixel.iter_mut().enumerate() {
                numbers.clear();
                for y in 0..window.height() {
                    let row = &rows.get(y)[start..start + length];
                    numbers.extend(row.iter().skip(channel).step_by(*channels));
                }
                *out = reduce.reduce(numbers);
            }
        }
    }
}
