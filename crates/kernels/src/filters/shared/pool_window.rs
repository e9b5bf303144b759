//! What the poolings of a window share: size and stride; for the fast ones rows brought together before columns, for the others each
//! window's numbers in one list.

use super::parameters::{Arguments, Parameter, Values};
use super::random::Draws;
use crate::operator::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Pixel};

/// Largest side of a pooling window: a window of as many pixels can still be summed up in 32 bits.
const LARGEST: usize = 1024;

pub(in crate::filters) const SIZE: Parameter = Parameter {
    name: "size",
    default: "2",
    values: Values::Whole(1, LARGEST),
    help: "side of the window in pixels; where it does not divide the picture, the remainder is dropped; one window at least must fit",
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

    /// What it sees.
    pub(in crate::filters) fn window(self) -> Window {
        Window::top_left(self.size, self.stride)
    }
}

/// Brings the numbers of windows together, and keeps the room for it from row to row.
pub(in crate::filters) struct Lines<S> {
    pool: Pool,
    channels: usize,
    /// What becomes of each column.
    columns: Vec<S>,
    /// Of the windows at all places.
    windows: Vec<S>,
    /// Of those that are asked for.
    picked: Vec<S>,
}

impl<S: Copy + Default> Lines<S> {
    pub(in crate::filters) fn new(pool: Pool, channels: usize) -> Self {
        Self { pool, channels, columns: Vec::new(), windows: Vec::new(), picked: Vec::new() }
    }

    /// The numbers of each window and channel together, `term + term + …`, rows before columns: `length` of them.
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
        bring_together(columns, size, |y| rows.get(y), term, add);
        // The usual sizes with their loops unrolled, which is what lets them be vectorised.
        match (channels, size, stride) {
            (1, 2, 2) => whole_windows::<S, 2>(columns, picked, add),
            (1, 4, 4) => whole_windows::<S, 4>(columns, picked, add),
            (1, 8, 8) => whole_windows::<S, 8>(columns, picked, add),
            _ => {
                // Windows at all places, and then those that are asked for: vectors know of no stride.
                windows.resize(columns.len() - (size - 1) * channels, S::default());
                bring_together(windows, size, |x| &columns[x * channels..], |column| column, add);
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
fn bring_together<'a, A: Copy + 'a, S: Copy>(
    out: &mut [S],
    count: usize,
    source: impl Fn(usize) -> &'a [A],
    term: impl Fn(A) -> S,
    add: impl Fn(S, S) -> S,
) {
    /// Numbers that stay in the nearest cache.
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

/// Puts the first of each `stride` pixels of `C` channels side by side.
#[inline(always)]
fn pick<S: Copy, const C: usize>(from: &[S], to: &mut [S], stride: usize) {
    /// Pixels at a time: their places are looked up once.
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

/// What becomes of the numbers of a window: a pooling method.
pub(in crate::filters) trait Reduce: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// Where its random numbers come from, if it draws any.
    fn draws(&mut self) -> Option<&mut Draws> {
        None
    }

    /// The number that stands for those of `window`: one channel's, row by row; their order may be changed.
    fn reduce<T: Pixel>(&mut self, window: &mut [T]) -> T;
}

/// The filter that reduces each window of the size and stride that were given.
pub(in crate::filters) fn filter(arguments: &Arguments, reduce: impl Reduce) -> Filter {
    let pool = Pool::from_arguments(arguments);
    filter_of(arguments, pool.window(), reduce)
}

/// The filter that reduces each such window.
pub(in crate::filters) fn filter_of(arguments: &Arguments, window: Window, reduce: impl Reduce) -> Filter {
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
