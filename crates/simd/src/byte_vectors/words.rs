//! Numbers of 16 bits.

use super::{Bytes, register};
use crate::registers::Register;

/// As many numbers of 16 bits: of bytes in an order of their own, which [`Words::saturate`] and [`Words::store`] undo.
#[derive(Clone, Copy, Debug)]
pub struct Words<R>(pub(super) [R; 2]);

impl<R: Register> Words<R> {
    /// The sums.
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::add16(a, c), R::add16(b, d)]))
    }

    /// The differences.
    #[inline(always)]
    pub fn subtract(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::subtract16(a, c), R::subtract16(b, d)]))
    }

    /// By how much they are above others, 0 if they are not, the numbers without a sign.
    #[inline(always)]
    pub fn above(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        register!(Words([R::above_u16(a, c), R::above_u16(b, d)]))
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

    /// The upper 16 bits of the products with a number, all of them without a sign.
    #[inline(always)]
    pub fn upper_product(self, factor: u16) -> Self {
        let Words([a, b]) = self;
        register!({
            let factor = R::splat16(factor as i16);
            Words([R::upper_product_u16(a, factor), R::upper_product_u16(b, factor)])
        })
    }

    /// Shifted right, the numbers without a sign.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        let Words([a, b]) = self;
        register!(Words([R::shift_right_u16(a, bits), R::shift_right_u16(b, bits)]))
    }

    /// Puts them in the first places of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub fn store(self, to: &mut [u16]) {
        let to = &mut to[..R::BYTES];
        let Words([a, b]) = self;
        register!(R::store_in_order(a, b, to.as_mut_ptr().cast()))
    }

    /// As [`saturate`](Self::saturate), of words in a list's order.
    #[inline(always)]
    pub fn saturate_in_order(self) -> Bytes<R> {
        let Words([a, b]) = self;
        register!(Bytes(R::packed_in_order(R::pack_u8(a, b))))
    }

    /// √(self² + other²), or of half of it, rounded to the nearest; of which what is above 255 is some number above 255.
    ///
    /// No root of a whole number up to 65280, or of half of one up to 130560, lies nearer to half-way between two whole numbers than 2⁻¹², so
    /// that [roots](Register::roots32) are exact; what is above that need not be, as it is no number of 8 bits.
    #[inline(always)]
    pub fn magnitude<const HALF: bool>(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        let scale = if HALF { std::f32::consts::FRAC_1_SQRT_2 } else { 1.0 };
        register!(Words([magnitudes(a, c, scale), magnitudes(b, d, scale)]))
    }

    /// As numbers of 8 bits: what is below 0 as 0, what is above 255 as 255.
    #[inline(always)]
    pub fn saturate(self) -> Bytes<R> {
        let Words([a, b]) = self;
        register!(Bytes(R::pack_u8(a, b)))
    }
}

/// `√(a² + b²) · scale` of numbers of 16 bits.
///
/// # Safety
/// As of all that a [`Register`] does.
#[allow(unsafe_code, reason = "instructions that the compiler does not find by itself")]
#[inline(always)]
unsafe fn magnitudes<R: Register>(a: R, b: R, scale: f32) -> R {
    // SAFETY: what is asked of whoever calls this.
    unsafe {
        let (low, high) = (R::unpack_low16(a, b), R::unpack_high16(a, b));
        let (low, high) = (R::weigh_pairs16(low, low), R::weigh_pairs16(high, high));
        // Of 0 there is no inverse root: what came of it is the least number of all.
        R::max_i16(R::pack_i16(R::roots32(low, scale), R::roots32(high, scale)), R::zeros())
    }
}
