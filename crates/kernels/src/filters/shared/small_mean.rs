//! Means of a few numbers of 8 bits without a division.

use glassbox_simd::{ByteVectors, Level, Register, with_byte_vectors};

use crate::Pixel;

/// Largest side of a window whose sums of 8-bit numbers [`Share`] divides.
pub(in crate::filters) const MOST_IN_16_BITS: usize = 11;

/// A division of 16-bit numbers by multiplication: `⌊(a + half) · factor / 2¹⁶ / 2ˢʰⁱᶠᵗ⌋ = ⌊(a + half) / count⌋` with
/// `half = ⌊count / 2⌋`, which rounds half up. It is exact for sums of up to 11² numbers of 8 bits; a test tries all.
#[derive(Clone, Copy)]
pub(in crate::filters) struct Share {
    half: u16,
    factor: u16,
    shift: u32,
}

impl Share {
    /// The division by `count`, which is more than 1.
    pub(in crate::filters) fn of(count: usize) -> Self {
        // The greatest power of two below the count, so that the factor is below 2¹⁶.
        let shift = (count - 1).ilog2();
        Self { half: (count / 2) as u16, factor: (1usize << (16 + shift)).div_ceil(count) as u16, shift }
    }

    /// Divides many sums of 8-bit numbers.
    #[inline(always)]
    pub(in crate::filters) fn of_all<T: Pixel>(self, level: Level, sums: &[u16], out: &mut [T]) {
        let mut done = 0;
        if level.has_byte_vectors()
            && let Some(out) = T::bytes_mut(out)
        {
            done = with_byte_vectors!(
                level,
                byte_vectors => self.of_whole_registers(byte_vectors, sums, out),
                else unreachable!("the level has byte vectors")
            );
        }
        for (out, &sum) in out[done..].iter_mut().zip(&sums[done..]) {
            *out = T::from_bin(usize::from(self.take(sum)));
        }
    }

    /// Divides sums by whole registers, and returns their number.
    #[inline(always)]
    fn of_whole_registers<R: Register>(self, byte_vectors: ByteVectors<R>, sums: &[u16], out: &mut [u8]) -> usize {
        let done = out.len() / ByteVectors::<R>::COUNT * ByteVectors::<R>::COUNT;
        let half = byte_vectors.splat_words(self.half as i16);
        for i in (0..done).step_by(ByteVectors::<R>::COUNT) {
            let shares =
                byte_vectors.load_words(&sums[i..]).add(half).upper_product(self.factor).shift_right(self.shift);
            shares.saturate_in_order().store(&mut out[i..]);
        }
        done
    }

    /// Divides one sum. If it is greater than any sum of 8-bit numbers, the result is arbitrary.
    #[inline(always)]
    pub(in crate::filters) fn take(self, sum: u16) -> u16 {
        let sum = sum.wrapping_add(self.half);
        ((u32::from(sum) * u32::from(self.factor)) >> 16) as u16 >> self.shift
    }
}
