//! The loops over the numbers of a sample. Numbers that belong to a channel are repeated up to the length [`period`].

use glassbox_simd::{Level, Task};

use crate::Real;

/// Numbers that are worth a loop of their own.
const WIDE: usize = 128;

/// Numbers handled at a time: all channels of a few pixels, so that vectors are full even with few channels.
pub(super) fn period(channels: usize) -> usize {
    channels * (WIDE / channels).max(1)
}

/// Adds up what the pixels that are gone through at a time have of each channel, and leaves the sum in all of them.
pub(super) fn fold<T: Real>(sums: &mut [T], channels: usize) {
    let (first, rest) = sums.split_at_mut(channels);
    for pixel in rest.chunks_exact(channels) {
        first.iter_mut().zip(pixel).for_each(|(sum, &more)| *sum += more);
    }
    repeat(sums, channels);
}

/// Writes the first pixel's channels into the others.
pub(super) fn repeat<T: Real>(numbers: &mut [T], channels: usize) {
    let (first, rest) = numbers.split_at_mut(channels);
    rest.chunks_exact_mut(channels).for_each(|pixel| pixel.copy_from_slice(first));
}

/// `sums += x`.
pub(super) struct Add<'a, T> {
    pub(super) x: &'a [T],
    pub(super) sums: &'a mut [T],
}

impl<T: Real> Task for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        for x in self.x.chunks(self.sums.len()) {
            for (sum, &x) in self.sums.iter_mut().zip(x) {
                *sum += x;
            }
        }
    }
}

/// `sums += (x − mean)²`.
pub(super) struct AddSquares<'a, T> {
    pub(super) x: &'a [T],
    pub(super) mean: &'a [T],
    pub(super) sums: &'a mut [T],
}

impl<T: Real> Task for AddSquares<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        for x in self.x.chunks(self.mean.len()) {
            for ((sum, &x), &mean) in self.sums.iter_mut().zip(x).zip(self.mean) {
                *sum += (x - mean) * (x - mean);
            }
        }
    }
}

/// `y = (x − mean)·scale + bias`.
pub(super) struct Stretch<'a, T> {
    pub(super) x: &'a [T],
    pub(super) mean: &'a [T],
    pub(super) scale: &'a [T],
    pub(super) bias: &'a [T],
    pub(super) y: &'a mut [T],
}

impl<T: Real> Task for Stretch<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let period = self.mean.len();
        for (y, x) in self.y.chunks_mut(period).zip(self.x.chunks(period)) {
            let known = self.mean.iter().zip(self.scale).zip(self.bias);
            for ((y, &x), ((&mean, &scale), &bias)) in y.iter_mut().zip(x).zip(known) {
                *y = (x - mean) * scale + bias;
            }
        }
    }
}

/// `products += g·(x − mean)` and `sums += g`.
pub(super) struct AddProducts<'a, T> {
    pub(super) x: &'a [T],
    pub(super) g: &'a [T],
    pub(super) mean: &'a [T],
    pub(super) products: &'a mut [T],
    pub(super) sums: &'a mut [T],
}

impl<T: Real> Task for AddProducts<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let period = self.mean.len();
        for (x, g) in self.x.chunks(period).zip(self.g.chunks(period)) {
            let sums = self.products.iter_mut().zip(self.sums.iter_mut());
            for (((product, sum), &mean), (&x, &g)) in sums.zip(self.mean).zip(x.iter().zip(g)) {
                *product += g * (x - mean);
                *sum += g;
            }
        }
    }
}

/// `input_gradient = g·scale − ((x − mean)·tilt + shift)`.
pub(super) struct InputGradient<'a, T> {
    pub(super) x: &'a [T],
    pub(super) g: &'a [T],
    pub(super) mean: &'a [T],
    pub(super) scale: &'a [T],
    pub(super) tilt: &'a [T],
    pub(super) shift: &'a [T],
    pub(super) input_gradient: &'a mut [T],
}

impl<T: Real> Task for InputGradient<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let period = self.mean.len();
        for ((input_gradient, x), g) in
            self.input_gradient.chunks_mut(period).zip(self.x.chunks(period)).zip(self.g.chunks(period))
        {
            let known = self.mean.iter().zip(self.scale).zip(self.tilt.iter().zip(self.shift));
            for ((dx, (&x, &g)), ((&mean, &scale), (&tilt, &shift))) in
                input_gradient.iter_mut().zip(x.iter().zip(g)).zip(known)
            {
                *dx = g * scale - ((x - mean) * tilt + shift);
            }
        }
    }
}
