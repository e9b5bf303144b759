use std::cmp::Ordering;

use super::Pixel;

impl Pixel for f32 {
    type Accumulator = f32;
    type Sum = f32;
    const FULL: f32 = 1.0;
    const HALF: f32 = 0.5;
    const BINS: usize = 1 << 16;
    const BINS_ARE_EXACT: bool = false;

    #[inline(always)]
    fn widen(self) -> f32 {
        self
    }

    #[inline(always)]
    fn store(accumulator: f32) -> f32 {
        accumulator
    }

    #[inline(always)]
    fn to_real(self) -> f32 {
        self
    }

    #[inline(always)]
    fn real_sum(a: f32, b: f32) -> f32 {
        a + b
    }

    #[inline(always)]
    fn pair([a, b]: [f32; 2]) -> f32 {
        a + b
    }

    #[inline(always)]
    fn quarter(sum: f32) -> f32 {
        sum / 4.0
    }

    #[inline(always)]
    fn from_real(real: f32) -> f32 {
        real
    }

    #[inline(always)]
    fn magnitude(a: f32, b: f32) -> f32 {
        (a * a + b * b).sqrt()
    }

    #[inline(always)]
    fn mean(sum: f32, count: u32) -> f32 {
        sum / count as f32
    }

    #[inline(always)]
    fn term(self) -> f32 {
        self
    }

    #[inline(always)]
    fn bin(self) -> usize {
        // Floats sort like their bits once the bits of negative ones are inverted. The upper half of the bits is the
        // bin.
        let bits = (self + 0.0).to_bits();
        let sorted = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
        (sorted >> 16) as usize
    }

    fn from_bin(_bin: usize) -> f32 {
        unreachable!("a bin of f32 holds many values")
    }

    #[inline]
    fn order(a: &f32, b: &f32) -> Ordering {
        a.total_cmp(b)
    }

    #[inline(always)]
    fn luma([r, g, b]: [f32; 3]) -> f32 {
        0.299 * r + 0.587 * g + 0.114 * b
    }
}
