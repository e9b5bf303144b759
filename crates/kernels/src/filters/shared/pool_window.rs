//! What the poolings of a window share: size and stride, and two ways to reduce windows. The fast one combines rows
//! first and columns then; the general one puts the numbers of each window into a list.

use super::parameters::{Arguments, Parameter, Values};
use super::random::Draws;
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Pixel};

/// Largest side of a pooling window: the sum of so large a window of bytes still fits into 32 bits.
const LARGEST: usize = 1024;

pub(in crate::filters) const SIZE: Parameter = Parameter {
    name: "size",
    default: "2",
    values: Values::Whole(1, LARGEST),
    help: "side of the window in pixels; a remainder of the picture is dropped, and at least one window must fit",
};

pub(in crate::filters) const STRIDE: Parameter = Parameter {
    name: "stride",
    default: "",
    values: Values::Whole(1, LARGEST),
    help: "pixels from one window to the next (default: the size)",
};

/// Size and stride of a pooling window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filters) struct Pool {
    pub(in crate::filters) size: usize,
    pub(in crate::filters) stride: usize,
}

impl Pool {
    pub(in crate::filters) fn from_arguments(arguments: &Arguments) -> Self {
        let size = arguments.whole("size").unwrap_or(2);
        Self { size, stride: arguments.whole("stride").unwrap_or(size) }
    }

    pub(in crate::filters) fn window(self) -> Window {
        Window::top_left(self.size, self.stride)
    }
}

/// Combines the numbers of windows; its buffers are kept from row to row.
pub(in crate::filters) struct Lines<S> {
    pool: Pool,
    channels: usize,
    /// The combined numbers of each column,
    columns: Vec<S>,
    /// of the windows at stride 1,
    windows: Vec<S>,
    /// and of the windows at the stride of the pooling.
    picked: Vec<S>,
}

impl<S: Copy + Default> Lines<S> {
    pub(in crate::filters) fn new(pool: Pool, channels: usize) -> Self {
        Self { pool, channels, columns: Vec::new(), windows: Vec::new(), picked: Vec::new() }
    }

    /// The combined numbers of each window and channel, `term + term + …`, rows before columns: `length` results.
    #[inline(always)]
    pub(in crate::filters) fn row<T: Pixel>(
        &mut self,
        rows: Rows<T>,
        length: usize,
        term: impl Fn(T) -> S,
        add: impl Fn(S, S) -> S + Copy,
    ) -> &[S] {
        let Self { pool: Pool { size, stride }, channels, columns, windows, picked } = self;
        let (size, stride, channels) = (*size, *stride, *channels);
        columns.resize(rows.get(0).len(), S::default());
        picked.resize(length, S::default());
        combine(columns, size, |y| rows.get(y), term, add);
        // The loops of the usual sizes are unrolled, so that they are vectorised.
        match (channels, size, stride) {
            (1, 2, 2) => whole_windows::<S, 2>(columns, picked, add),
            (1, 4, 4) => whole_windows::<S, 4>(columns, picked, add),
            (1, 8, 8) => whole_windows::<S, 8>(columns, picked, add),
            _ => {
                // First all windows at stride 1, because vectors have no stride; then every stride-th is picked.
                windows.resize(columns.len() - (size - 1) * channels, S::default());
                combine(windows, size, |x| &columns[x * channels..], |column| column, add);
                match (channels, stride) {
                    (_, 1) => return &windows[..length],
                    (1, _) => pick::<S, 1>(windows, picked, stride),
                    (2, _) => pick::<S, 2>(windows, picked, stride),
                    (3, 2) => pick::<S, 3>(windows, picked, 2),
                    (3, _) => pick::<S, 3>(windows, picked, stride),
                    (4, _) => pick::<S, 4>(windows, picked, stride),
                    _ => pick_any(windows, picked, channels, stride),
                }
            }
        }
        picked
    }
}

/// `out[i] = Σ term(source[i])` over the sources, in their order.
#[inline(always)]
fn combine<'a, A: Copy + 'a, S: Copy>(
    out: &mut [S],
    count: usize,
    source: impl Fn(usize) -> &'a [A],
    term: impl Fn(A) -> S,
    add: impl Fn(S, S) -> S,
) {
    /// Numbers at a time: they stay in the first cache.
    const CHUNK: usize = 512;
    for start in (0..out.len()).step_by(CHUNK) {
        let end = out.len().min(start + CHUNK);
        let (out, source) = (&mut out[start..end], |i| &source(i)[start..end]);
        if count == 1 {
            out.iter_mut().zip(source(0)).for_each(|(out, &a)| *out = term(a));
            continue;
        }
        let both = out.iter_mut().zip(source(0)).zip(source(1));
        both.for_each(|((out, &a), &b)| *out = add(term(a), term(b)));
        for i in 2..count {
            out.iter_mut().zip(source(i)).for_each(|(out, &a)| *out = add(*out, term(a)));
        }
    }
}

/// Copies every `stride`-th pixel of `C` channels.
#[inline(always)]
fn pick<S: Copy, const C: usize>(from: &[S], to: &mut [S], stride: usize) {
    /// Pixels at a time, so that bounds are checked less often.
    const GROUP: usize = 4;
    let mut groups = to.chunks_exact_mut(GROUP * C);
    let mut rest = from;
    for to in &mut groups {
        for i in 0..GROUP {
            to[i * C..(i + 1) * C].copy_from_slice(&rest[i * stride * C..][..C]);
        }
        rest = rest.get(GROUP * stride * C..).unwrap_or_default();
    }
    pick_any(rest, groups.into_remainder(), C, stride);
}

#[inline(always)]
fn pick_any<S: Copy>(from: &[S], to: &mut [S], channels: usize, stride: usize) {
    for (to, from) in to.chunks_exact_mut(channels).zip(from.chunks(stride * channels)) {
        to.copy_from_slice(&from[..channels]);
    }
}

#[inline(always)]
fn whole_windows<S: Copy, const N: usize>(row: &[S], out: &mut [S], add: impl Fn(S, S) -> S) {
    for (window, out) in row.as_chunks::<N>().0.iter().zip(out) {
        let mut all = window[0];
        for &one in &window[1..] {
            all = add(all, one);
        }
        *out = all;
    }
}

/// A pooling method: what the numbers of a window become.
pub(in crate::filters) trait Reduce: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The random numbers that it draws, if it draws any.
    fn draws(&mut self) -> Option<&mut Draws> {
        None
    }

    /// The result for `window`: the numbers of one channel, row by row. It may reorder them.
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T;
}

/// The filter that reduces each window of the given size and stride.
pub(in crate::filters) fn filter(
    arguments: &Arguments,
    reduce: impl Reduce,
    formula: impl Fn(&Neighbourhood) -> f64 + Send + Sync + 'static,
) -> Filter {
    Filter::rows(arguments.operator(), Reduced { window: Pool::from_arguments(arguments).window(), reduce }, formula)
}

#[derive(Debug)]
pub(in crate::filters) struct Reduced<R> {
    pub(in crate::filters) window: Window,
    pub(in crate::filters) reduce: R,
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

pub(in crate::filters) struct ReducedRow<T, R> {
    window: Window,
    channels: usize,
    reduce: R,
    numbers: Vec<T>,
}

impl<T: Pixel, R: Reduce> Kernel<T> for ReducedRow<T, R> {
    // Not inlined, because nothing in it is vectorised: it is compiled once for all levels.
    #[inline(never)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { window, channels, reduce, numbers } = self;
        let (length, channels) = (window.width() * *channels, *channels);
        for channel in 0..channels {
            if let Some(draws) = reduce.draws() {
                draws.begin(rows.y(), channel);
            }
            for (x, out) in out.iter_mut().skip(channel).step_by(channels).enumerate() {
                let start = x * window.stride * channels;
                numbers.clear();
                for y in 0..window.height() {
                    let row = &rows.get(y)[start..start + length];
                    numbers.extend(row.iter().skip(channel).step_by(channels));
                }
                *out = reduce.reduce(numbers);
            }
        }
    }
}
