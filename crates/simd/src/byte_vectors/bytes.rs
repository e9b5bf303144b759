//! Numbers of 8 bits.

use super::{Words, register};
use crate::registers::Register;

/// Numbers of 8 bits, as many as a register holds.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<R>(pub(super) R);

/// Of as many numbers of 8 bits, whether something is true.
#[derive(Clone, Copy)]
pub struct Mask<R: Register>(pub(super) R::Mask);

impl<R: Register> Bytes<R> {
    /// Puts them in the first places of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub fn store(self, to: &mut [u8]) {
        let to = &mut to[..R::BYTES];
        register!(R::store(self.0, to.as_mut_ptr()))
    }

    /// What is above 255 begins anew from 0.
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

    /// These numbers in some places, 0 elsewhere.
    #[inline(always)]
    pub fn only(self, places: Mask<R>) -> Self {
        register!(Bytes(R::keep8(places.0, self.0)))
    }

    /// One more in some places.
    #[inline(always)]
    pub fn count_up(self, places: Mask<R>) -> Self {
        register!(Bytes(R::count_up8(places.0, self.0)))
    }

    /// One less in some places.
    #[inline(always)]
    pub fn count_down(self, places: Mask<R>) -> Self {
        register!(Bytes(R::count_down8(places.0, self.0)))
    }

    /// Those from the `FROM`th on, which is at most the 15th, then those of `next`.
    #[inline(always)]
    pub fn following<const FROM: i32>(self, next: Self) -> Self {
        register!(Bytes(R::following::<FROM>(self.0, next.0)))
    }

    /// The same, faster where it is asked for again and again and registers are left. To load what lies across two cache lines takes as
    /// long as two loads.
    #[inline(always)]
    pub fn shifted<const FROM: i32>(self, next: Self) -> Self {
        register!(Bytes(R::shifted8::<FROM>(self.0, next.0)))
    }

    /// Those from the 16th on, then those of `next`.
    #[inline(always)]
    pub fn following16(self, next: Self) -> Self {
        register!(Bytes(R::following16(self.0, next.0)))
    }

    /// `here · self + there · other`, of which the size must not exceed 32767.
    #[inline(always)]
    pub fn weigh(self, here: i8, other: Self, there: i8) -> Words<R> {
        register!({
            let weights = R::splat16(i16::from_le_bytes([here as u8, there as u8]));
            let [low, high] = [R::unpack_low8(self.0, other.0), R::unpack_high8(self.0, other.0)];
            Words([R::weigh_pairs8(low, weights), R::weigh_pairs8(high, weights)])
        })
    }
}

impl<R: Register> Mask<R> {
    /// A bit for each.
    #[inline(always)]
    pub fn bits(self) -> u64 {
        register!(R::bits(self.0))
    }
}
