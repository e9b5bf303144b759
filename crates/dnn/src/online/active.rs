//! The inputs of a layer that are not zero.

use crate::Real;

/// Inputs that are not zero: which, and their values. Mark both functions `#[inline(always)]`.
pub(crate) trait Active<T>: Copy {
    /// Their number.
    fn len(self) -> usize;

    /// One of them: which input, and its value.
    fn get(self, i: usize) -> (usize, T);

    /// Four of them, from `4·i` on.
    #[inline(always)]
    fn four(self, i: usize) -> [(usize, T); 4] {
        [self.get(4 * i), self.get(4 * i + 1), self.get(4 * i + 2), self.get(4 * i + 3)]
    }
}

/// Pixels, as [`SparseSamples`](crate::SparseSamples) has them.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a, T> {
    /// Position · 256 + value.
    pub(crate) packed: &'a [u32],
    /// The feature for each value.
    pub(crate) features: &'a [T; 256],
}

impl<T: Real> Pixels<'_, T> {
    #[inline(always)]
    fn unpack(self, packed: u32) -> (usize, T) {
        ((packed >> 8) as usize, self.features[(packed & 0xff) as usize])
    }
}

impl<T: Real> Active<T> for Pixels<'_, T> {
    #[inline(always)]
    fn len(self) -> usize {
        self.packed.len()
    }

    #[inline(always)]
    fn get(self, i: usize) -> (usize, T) {
        self.unpack(self.packed[i])
    }

    #[inline(always)]
    fn four(self, i: usize) -> [(usize, T); 4] {
        let [a, b, c, d] = self.packed.as_chunks::<4>().0[i];
        [self.unpack(a), self.unpack(b), self.unpack(c), self.unpack(d)]
    }
}

/// All nodes of the layer before.
#[derive(Clone, Copy)]
pub(crate) struct Nodes<'a, T> {
    /// 0, 1, 2, …: read from memory, because a compiler that knew these numbers would turn the loops over nodes inside
    /// out and gather the weights one by one.
    pub(super) numbers: &'a [u32],
    pub(super) values: &'a [T],
}

impl<T: Real> Active<T> for Nodes<'_, T> {
    #[inline(always)]
    fn len(self) -> usize {
        self.numbers.len()
    }

    #[inline(always)]
    fn get(self, i: usize) -> (usize, T) {
        (self.numbers[i] as usize, self.values[i])
    }
}
