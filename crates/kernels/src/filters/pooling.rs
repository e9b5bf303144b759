//! What the pooling methods share: size and stride, and rows brought together before columns.

use super::parameters::{Arguments, Parameter, Values};

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
