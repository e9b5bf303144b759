//! Thirty-two numbers of 8 bits at a time, for the few loops in which the compiler does not find the instructions that fit: it widens
//! 8-bit numbers by one that is slow on some processors, and does not find products of pairs and high halves of products.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::Level;

/// Numbers of 8 bits in a register.
pub(crate) const LANES: usize = 32;

#[cfg(target_arch = "x86_64")]
type Register = __m256i;
#[cfg(not(target_arch = "x86_64"))]
type Register = std::convert::Infallible;

/// Proof that the processor has AVX2 and FMA: [`Bytes`] and [`Words`] come into being by it only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes(());

/// Thirty-two numbers of 8 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes(Register);

/// Thirty-two numbers of 16 bits: of bytes in an order of their own, which [`Words::saturate`] and [`Words::store`] undo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words([Register; 2]);

/// Instructions of AVX2, or of its forerunners.
macro_rules! avx2 {
    ($instructions:expr) => {{
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "instructions that the compiler does not find by itself")]
        // SAFETY: there is a `Lanes`, which is made only where the processor has AVX2 and FMA; pointers come from references to arrays.
        unsafe {
            $instructions
        }
        #[cfg(not(target_arch = "x86_64"))]
        unreachable!("there are lanes on x86-64 only")
    }};
}

impl Level {
    /// The lanes, if this level has them.
    #[inline(always)]
    pub(crate) fn lanes(self) -> Option<Lanes> {
        (self > Level::BASELINE).then_some(Lanes(()))
    }
}

#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "nothing is done on other processors"))]
impl Lanes {
    /// The first numbers of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub(crate) fn load(self, from: &[u8]) -> Bytes {
        let from: &[u8; LANES] = from.first_chunk().expect("as many numbers as there are lanes");
        avx2!(Bytes(_mm256_loadu_si256(from.as_ptr().cast())))
    }

    /// The first numbers of a list, in the list's order.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub(crate) fn load_words(self, from: &[u16]) -> Words {
        let from: &[u16; LANES] = from.first_chunk().expect("as many numbers as there are lanes");
        avx2!(Words([_mm256_loadu_si256(from.as_ptr().cast()), _mm256_loadu_si256(from[16..].as_ptr().cast())]))
    }
}

#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "nothing is done on other processors"))]
impl Bytes {
    #[inline(always)]
    pub(crate) fn zeros(_: Lanes) -> Self {
        avx2!(Bytes(_mm256_setzero_si256()))
    }

    /// Puts them in the first places of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub(crate) fn store(self, to: &mut [u8]) {
        let to: &mut [u8; LANES] = to.first_chunk_mut().expect("as many places as there are lanes");
        avx2!(_mm256_storeu_si256(to.as_mut_ptr().cast(), self.0))
    }

    /// Of every lane the same number.
    #[inline(always)]
    pub(crate) fn splat(_: Lanes, number: u8) -> Self {
        avx2!(Bytes(_mm256_set1_epi8(number as i8)))
    }

    /// What is above 255 begins anew from 0.
    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        avx2!(Bytes(_mm256_add_epi8(self.0, other.0)))
    }

    /// What is below 0 begins anew from 255.
    #[inline(always)]
    pub(crate) fn subtract(self, other: Self) -> Self {
        avx2!(Bytes(_mm256_sub_epi8(self.0, other.0)))
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        avx2!(Bytes(_mm256_and_si256(self.0, other.0)))
    }

    /// All bits where `self ≤ other`, none elsewhere.
    #[inline(always)]
    pub(crate) fn is_at_most(self, other: Self) -> Self {
        avx2!(Bytes(_mm256_cmpeq_epi8(_mm256_min_epu8(self.0, other.0), self.0)))
    }

    /// The uppermost bit of each number.
    #[inline(always)]
    pub(crate) fn upper_bits(self) -> u32 {
        avx2!(_mm256_movemask_epi8(self.0) as u32)
    }

    #[inline(always)]
    pub(crate) fn smaller(self, other: Self) -> Self {
        avx2!(Bytes(_mm256_min_epu8(self.0, other.0)))
    }

    #[inline(always)]
    pub(crate) fn greater(self, other: Self) -> Self {
        avx2!(Bytes(_mm256_max_epu8(self.0, other.0)))
    }

    /// `here · self + there · other`, of which the size must not exceed 32767.
    #[inline(always)]
    pub(crate) fn weigh(self, here: i8, other: Self, there: i8) -> Words {
        avx2!({
            let weights = _mm256_set1_epi16(i16::from_le_bytes([here as u8, there as u8]));
            let [low, high] = [_mm256_unpacklo_epi8(self.0, other.0), _mm256_unpackhi_epi8(self.0, other.0)];
            Words([_mm256_maddubs_epi16(low, weights), _mm256_maddubs_epi16(high, weights)])
        })
    }
}

#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "nothing is done on other processors"))]
impl Words {
    /// Of every lane the same number.
    #[inline(always)]
    pub(crate) fn splat(_: Lanes, number: i16) -> Self {
        avx2!(Words([_mm256_set1_epi16(number); 2]))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        avx2!(Words([_mm256_add_epi16(a, c), _mm256_add_epi16(b, d)]))
    }

    /// All bits of the bytes where `self ≤ other`, none elsewhere, the numbers without a sign.
    #[inline(always)]
    pub(crate) fn is_at_most(self, other: Self) -> Bytes {
        let (Words([a, b]), Words([c, d])) = (self, other);
        avx2!({
            let [a, b] = [_mm256_cmpeq_epi16(_mm256_min_epu16(a, c), a), _mm256_cmpeq_epi16(_mm256_min_epu16(b, d), b)];
            Bytes(_mm256_packs_epi16(a, b))
        })
    }

    #[inline(always)]
    pub(crate) fn subtract(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        avx2!(Words([_mm256_sub_epi16(a, c), _mm256_sub_epi16(b, d)]))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        let Words([a, b]) = self;
        avx2!(Words([_mm256_abs_epi16(a), _mm256_abs_epi16(b)]))
    }

    #[inline(always)]
    pub(crate) fn greater(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        avx2!(Words([_mm256_max_epi16(a, c), _mm256_max_epi16(b, d)]))
    }

    /// The upper 16 bits of the products with a number, all of them without a sign.
    #[inline(always)]
    pub(crate) fn upper_product(self, factor: u16) -> Self {
        let Words([a, b]) = self;
        avx2!({
            let factor = _mm256_set1_epi16(factor as i16);
            Words([_mm256_mulhi_epu16(a, factor), _mm256_mulhi_epu16(b, factor)])
        })
    }

    /// Shifted right, the numbers without a sign.
    #[inline(always)]
    pub(crate) fn shift_right<const BITS: i32>(self) -> Self {
        let Words([a, b]) = self;
        avx2!(Words([_mm256_srli_epi16::<BITS>(a), _mm256_srli_epi16::<BITS>(b)]))
    }

    /// Puts them in the first places of a list.
    ///
    /// # Panics
    /// If there are too few.
    #[inline(always)]
    pub(crate) fn store(self, to: &mut [u16]) {
        let to: &mut [u16; LANES] = to.first_chunk_mut().expect("as many places as there are lanes");
        let Words([a, b]) = self;
        avx2!({
            _mm256_storeu_si256(to.as_mut_ptr().cast(), _mm256_permute2x128_si256::<0x20>(a, b));
            _mm256_storeu_si256(to[16..].as_mut_ptr().cast(), _mm256_permute2x128_si256::<0x31>(a, b));
        })
    }

    /// As [`saturate`](Self::saturate), of words in a list's order.
    #[inline(always)]
    pub(crate) fn saturate_in_order(self) -> Bytes {
        let Words([a, b]) = self;
        avx2!(Bytes(_mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(a, b))))
    }

    /// √(self² + other²), or of half of it, rounded to the nearest; of which what is above 255 is some number above 255.
    #[inline(always)]
    pub(crate) fn magnitude<const HALF: bool>(self, other: Self) -> Self {
        let (Words([a, b]), Words([c, d])) = (self, other);
        avx2!(Words([magnitudes::<HALF>(a, c), magnitudes::<HALF>(b, d)]))
    }

    /// As numbers of 8 bits: what is below 0 as 0, what is above 255 as 255.
    #[inline(always)]
    pub(crate) fn saturate(self) -> Bytes {
        let Words([a, b]) = self;
        avx2!(Bytes(_mm256_packus_epi16(a, b)))
    }
}

/// √(a² + b²), or of half of it, of sixteen numbers each.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline]
fn magnitudes<const HALF: bool>(a: __m256i, b: __m256i) -> __m256i {
    let (low, high) = (_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
    let (low, high) = (roots::<HALF>(_mm256_madd_epi16(low, low)), roots::<HALF>(_mm256_madd_epi16(high, high)));
    // Of 0 there is no inverse root: what came of it is the least number of all.
    _mm256_max_epi16(_mm256_packs_epi32(low, high), _mm256_setzero_si256())
}

/// √a, or √(a/2), of eight whole numbers, rounded to the nearest; of 0 the least number there is.
///
/// An estimate of the inverse root, which differs by less than 1.5 · 2⁻¹² of itself, and one of Newton's steps give the root with an error of less than
/// 2⁻²⁰ of itself. No root of a whole number up to 65280, or of half of one up to 130560, lies nearer to half-way between two whole numbers than
/// 2⁻¹²; what is above that need not be exact, as it is no number of 8 bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline]
fn roots<const HALF: bool>(squares: __m256i) -> __m256i {
    let scale = if HALF { std::f32::consts::FRAC_1_SQRT_2 } else { 1.0 };
    let square = _mm256_cvtepi32_ps(squares);
    let inverse = _mm256_rsqrt_ps(square);
    let root = _mm256_mul_ps(square, inverse);
    let (more, less) = (_mm256_set1_ps(1.5 * scale), _mm256_set1_ps(-0.5 * scale));
    _mm256_cvtps_epi32(_mm256_mul_ps(root, _mm256_fmadd_ps(_mm256_mul_ps(root, inverse), less, more)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_the_nearest() {
        let Some(lanes) = Level::best().lanes() else { return };
        let nearest = |square: f64| (square.sqrt().round() as u8, square.sqrt().round() <= 255.0);
        for a in 0..=512i16 {
            for b in 0..=512i16 {
                let square = f64::from(i32::from(a) * i32::from(a) + i32::from(b) * i32::from(b));
                let (x, y) = (Words::splat(lanes, a), Words::splat(lanes, -b));
                let mut made = [[0; LANES]; 2];
                x.magnitude::<false>(y).saturate().store(&mut made[0]);
                x.magnitude::<true>(y).saturate().store(&mut made[1]);
                for (made, square) in made.into_iter().zip([square, square / 2.0]) {
                    let (root, fits) = nearest(square);
                    assert_eq!(made, [if fits { root } else { 255 }; LANES], "of {a} and {b}");
                }
            }
        }
    }
}
