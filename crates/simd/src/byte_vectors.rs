//! As many numbers of 8 bits at a time as a register holds, for the few loops in which the compiler does not find the instructions that fit: it
//! widens 8-bit numbers by one that is slow on some processors, and does not find products of pairs and high halves of products.

use std::marker::PhantomData;

use crate::Level;
use crate::level::Instructions;
use crate::registers::{Register, Register256, Register512};

/// Proof that the processor has the instructions for a kind of registers: [`Bytes`] and [`Words`] come into being by it only.
#[derive(Clone, Copy, Debug)]
pub struct ByteVectors<R>(PhantomData<R>);

/// Numbers of 8 bits, as many as a register holds.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<R>(R);

/// As many numbers of 16 bits: of bytes in an order of their own, which [`Words::saturate`] and [`Words::store`] undo.
#[derive(Clone, Copy, Debug)]
pub struct Words<R>([R; 2]);

/// Of as many numbers of 8 bits, whether something is true.
#[derive(Clone, Copy)]
pub struct Mask<R: Register>(R::Mask);

/// Evaluates an expression with the widest [`ByteVectors`] that a level has, or another one if it has none.
#[macro_export]
macro_rules! with_byte_vectors {
    ($level:expr, $vectors:ident => $then:expr, else $otherwise:expr) => {{
        let level: $crate::Level = $level;
        if let Some($vectors) = level.byte_vectors512() {
            $then
        } else if let Some($vectors) = level.byte_vectors256() {
            $then
        } else {
            $otherwise
        }
    }};
}

impl Level {
    /// ByteVectors of 512 bits, if this level has them.
    #[inline(always)]
    pub fn byte_vectors512(self) -> Option<ByteVectors<Register512>> {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => Some(ByteVectors(PhantomData)),
            _ => None,
        }
    }

    /// ByteVectors of 256 bits, if this level has them.
    #[inline(always)]
    pub fn byte_vectors256(self) -> Option<ByteVectors<Register256>> {
        (self > Level::BASELINE).then_some(ByteVectors(PhantomData))
    }

    /// Whether this level has any lanes.
    #[inline(always)]
    pub fn has_byte_vectors(self) -> bool {
        self.byte_vectors256().is_some()
    }
}

/// What a register does.
macro_rules! register {
    ($instructions:expr) => {{
        #[allow(unsafe_code, reason = "instructions that the compiler does not find by itself")]
        // SAFETY: there is a `ByteVectors`, which is made only where the processor has the instructions; pointers come from references to arrays
        // that are long enough.
        unsafe {
            $instructions
        }
    }};
}

impl<R: Register> ByteVectors<R> {
    /// Numbers of 8 bits in a register.
    pub const COUNT: usize = R::BYTES;

    /// The first numbers of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub fn load(self, from: &[u8]) -> Bytes<R> {
        let from = &from[..Self::COUNT];
        register!(Bytes(R::load(from.as_ptr())))
    }

    /// The first numbers of a list, in the list's order.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub fn load_words(self, from: &[u16]) -> Words<R> {
        let (low, high) = from[..Self::COUNT].split_at(Self::COUNT / 2);
        register!(Words([R::load(low.as_ptr().cast()), R::load(high.as_ptr().cast())]))
    }

    /// Zero in every lane.
    #[inline(always)]
    pub fn zeros(self) -> Bytes<R> {
        register!(Bytes(R::zeros()))
    }

    /// Of every lane the same number.
    #[inline(always)]
    pub fn splat(self, number: u8) -> Bytes<R> {
        register!(Bytes(R::splat8(number as i8)))
    }

    /// Of every lane the same number.
    #[inline(always)]
    pub fn splat_words(self, number: i16) -> Words<R> {
        register!(Words([R::splat16(number); 2]))
    }
}

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
