//! Numbers of 16 bits.

use super::{Bytes, Words, register};
use crate::registers::Register;

impl<R: Register> Words<R> {
    /// The sums modulo 2¹⁶.
    #[allow(clippy::should_implement_trait, reason = "an operator would hide that sums wrap")]
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::add16(a, c), R::add16(b, d)]))
    }

    /// The differences modulo 2¹⁶.
    #[inline(always)]
    pub fn subtract(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::subtract16(a, c), R::subtract16(b, d)]))
    }

    /// The differences of numbers without a sign, 0 where they would be negative.
    #[inline(always)]
    pub fn saturating_subtract(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::saturating_subtract_u16(a, c), R::saturating_subtract_u16(b, d)]))
    }

    /// The absolute values.
    #[inline(always)]
    pub fn abs(self) -> Self {
        let Words([a, b]) = self;
        register!(Words([R::abs16(a), R::abs16(b)]))
    }

    /// The greater of each pair.
    #[inline(always)]
    pub fn greater(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::max_i16(a, c), R::max_i16(b, d)]))
    }

    /// The upper 16 bits of the products with a factor, without signs.
    #[inline(always)]
    pub fn upper_product(self, factor: u16) -> Self {
        let Words([a, b]) = self;
        register!({
            let factor = R::splat16(factor as i16);
            Words([R::upper_product_u16(a, factor), R::upper_product_u16(b, factor)])
        })
    }

    /// The numbers shifted right, without a sign.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        let Words([a, b]) = self;
        register!(Words([R::shift_right_u16(a, bits), R::shift_right_u16(b, bits)]))
    }

    /// Stores the numbers at the start of a list, those of interleaved words in order.
    ///
    /// # Panics
    /// If the list is shorter than two registers.
    #[inline(always)]
    pub fn store(self, to: &mut [u16]) {
        let to = &mut to[..R::BYTES];
        let Words([a, b]) = self;
        register!(R::store_in_order(a, b, to.as_mut_ptr().cast()))
    }

    /// As [`saturate`](Self::saturate), for words that are not interleaved.
    #[inline(always)]
    pub fn saturate_in_order(self) -> Bytes<R> {
        let Words([a, b]) = self;
        register!(Bytes(R::packed_in_order(R::pack_u8(a, b))))
    }

    /// `√(self² + other²)`, or `√((self² + other²) / 2)` if `HALF`, rounded to the nearest; any number above 255 stands
    /// for results above 255.
    ///
    /// [Roots](Register::roots32) have an error below 2⁻²⁰. No root of a whole number up to 65280, or of half of one up
    /// to 130560, lies closer than 2⁻¹² to the middle of two whole numbers, so the rounding is exact. Larger roots are
    /// no numbers of 8 bits.
    #[inline(always)]
    pub fn magnitude<const HALF: bool>(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        let scale = if HALF { std::f32::consts::FRAC_1_SQRT_2 } else { 1.0 };
        register!(Words([magnitudes(a, c, scale), magnitudes(b, d, scale)]))
    }

    /// The numbers limited to 0 … 255.
    #[inline(always)]
    pub fn saturate(self) -> Bytes<R> {
        let Words([a, b]) = self;
        register!(Bytes(R::pack_u8(a, b)))
    }
}

/// `√(a² + b²) · scale` for numbers of 16 bits.
///
/// # Safety
/// As for all operations of a [`Register`].
#[allow(unsafe_code, reason = "the compiler does not find these instructions by itself")]
#[inline(always)]
unsafe fn magnitudes<R: Register>(a: R, b: R, scale: f32) -> R {
    // SAFETY: the caller promises what the operations require.
    unsafe {
        let (low, high) = (R::unpack_low16(a, b), R::unpack_high16(a, b));
        let (low, high) = (R::weigh_pairs16(low, low), R::weigh_pairs16(high, high));
        // Zero has no inverse root: `roots32` made the least number of it.
        R::max_i16(R::pack_i16(R::roots32(low, scale), R::roots32(high, scale)), R::zeros())
    }
}
