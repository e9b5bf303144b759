//! Numbers of 8 bits.

use super::{Bytes, Mask, Words, register};
use crate::registers::Register;

impl<R: Register> Bytes<R> {
    /// Stores the numbers at the start of a list.
    ///
    /// # Panics
    /// If the list is shorter than a register.
    #[inline(always)]
    pub fn store(self, to: &mut [u8]) {
        let to = &mut to[..R::BYTES];
        register!(R::store(self.0, to.as_mut_ptr()))
    }

    /// The sums modulo 256.
    #[allow(clippy::should_implement_trait, reason = "an operator would hide that sums wrap")]
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        register!(Bytes(R::add8(self.0, other.0)))
    }

    /// The smaller of each pair.
    #[inline(always)]
    pub fn smaller(self, other: Self) -> Self {
        register!(Bytes(R::min_u8(self.0, other.0)))
    }

    /// The greater of each pair.
    #[inline(always)]
    pub fn greater(self, other: Self) -> Self {
        register!(Bytes(R::max_u8(self.0, other.0)))
    }

    /// Where `self ≤ other`.
    #[inline(always)]
    pub fn is_at_most(self, other: Self) -> Mask<R> {
        register!(Mask(R::at_most_u8(self.0, other.0)))
    }

    /// These numbers where the mask is true, 0 elsewhere.
    #[inline(always)]
    pub fn masked(self, mask: Mask<R>) -> Self {
        register!(Bytes(R::keep8(mask.0, self.0)))
    }

    /// One more where the mask is true.
    #[inline(always)]
    pub fn count_up(self, mask: Mask<R>) -> Self {
        register!(Bytes(R::count_up8(mask.0, self.0)))
    }

    /// One less where the mask is true.
    #[inline(always)]
    pub fn count_down(self, mask: Mask<R>) -> Self {
        register!(Bytes(R::count_down8(mask.0, self.0)))
    }

    /// Drops the first `BY` numbers, at most 15, and appends the first of `next`.
    #[inline(always)]
    pub fn shifted<const BY: i32>(self, next: Self) -> Self {
        register!(Bytes(R::shifted8::<BY>(self.0, next.0)))
    }

    /// As [`shifted`](Self::shifted), faster in a loop that has a register to spare for a table.
    ///
    /// It is also faster than an unaligned load, which costs two loads where it crosses cache lines.
    #[inline(always)]
    pub fn shifted_by_table<const BY: i32>(self, next: Self) -> Self {
        register!(Bytes(R::shifted_by_table8::<BY>(self.0, next.0)))
    }

    /// Drops the first 16 numbers and appends the first of `next`.
    #[inline(always)]
    pub fn shifted16(self, next: Self) -> Self {
        register!(Bytes(R::shifted16(self.0, next.0)))
    }

    /// `weight · self + other_weight · other`, of at most 32767 in absolute value.
    #[inline(always)]
    pub fn weigh(self, weight: i8, other: Self, other_weight: i8) -> Words<R> {
        register!({
            let weights = R::splat16(i16::from_le_bytes([weight as u8, other_weight as u8]));
            let [low, high] = [R::unpack_low8(self.0, other.0), R::unpack_high8(self.0, other.0)];
            Words([R::weigh_pairs8(low, weights), R::weigh_pairs8(high, weights)])
        })
    }
}

impl<R: Register> Mask<R> {
    /// A bit for each number, the first the lowest.
    #[inline(always)]
    pub fn bits(self) -> u64 {
        register!(R::bits(self.0))
    }
}
