//! Instructions on whole numbers of 8, 16 and 32 bits, in registers of 256 and of 512 bits.
//!
//! An operation has one line and one name, and both instructions stand on it.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

#[cfg(target_arch = "x86_64")]
pub(crate) type Register256 = __m256i;
#[cfg(target_arch = "x86_64")]
pub(crate) type Register512 = __m512i;
#[cfg(not(target_arch = "x86_64"))]
pub(crate) type Register256 = std::convert::Infallible;
#[cfg(not(target_arch = "x86_64"))]
pub(crate) type Register512 = std::convert::Infallible;

/// 0, 1, … 63: the index of each byte in the longest register.
#[cfg(target_arch = "x86_64")]
const BYTE_INDICES: [u8; 64] = {
    let mut indices = [0; 64];
    let mut i = 0;
    while i < indices.len() {
        indices[i] = i as u8;
        i += 1;
    }
    indices
};

/// Declares [`Register`] and implements each operation for registers of 256 and of 512 bits.
macro_rules! registers {
    ($(
        $(#[$doc:meta])* $name:ident $(<const $N:ident: $of:ty>)? ($($argument:ident: $type:ty),*) -> $result:ty
        { $narrow:expr } { $wide:expr }
    )*) => {
        /// A register. Operations that move numbers stay within each 128 bits, as those of AVX2 do, unless they say
        /// otherwise.
        ///
        /// # Safety
        /// For all operations: the processor must have AVX2 and FMA, and AVX-512 (F, BW, VL, DQ, VBMI) for registers of
        /// 512 bits. Pointers must be valid for a whole register; they need not be aligned.
        #[allow(unsafe_code, reason = "the compiler does not find these instructions by itself")]
        #[allow(missing_docs, reason = "named after their instructions; `ByteVectors` documents what callers use")]
        #[allow(clippy::missing_safety_doc, reason = "the trait states what all operations require")]
        pub trait Register: Copy {
            /// True or false for each byte.
            type Mask: Copy;
            /// How many bytes it holds.
            const BYTES: usize;
            $($(#[$doc])* unsafe fn $name $(<const $N: $of>)? ($($argument: $type),*) -> $result;)*
        }

        #[cfg(target_arch = "x86_64")]
        impl Register for __m256i {
            type Mask = __m256i;
            const BYTES: usize = 32;
            registers!(@impl $($name $(<const $N: $of>)? ($($argument: $type),*) -> $result { $narrow })*);
        }

        #[cfg(target_arch = "x86_64")]
        impl Register for __m512i {
            type Mask = __mmask64;
            const BYTES: usize = 64;
            registers!(@impl $($name $(<const $N: $of>)? ($($argument: $type),*) -> $result { $wide })*);
        }

        #[cfg(not(target_arch = "x86_64"))]
        impl Register for std::convert::Infallible {
            type Mask = Self;
            const BYTES: usize = 32;
            $(#[allow(unsafe_code, reason = "declared by the trait")]
            unsafe fn $name $(<const $N: $of>)? ($(_: $type),*) -> $result {
                unreachable!("only x86-64 has such registers")
            })*
        }
    };
    (@impl $(
        $name:ident $(<const $N:ident: $of:ty>)? ($($argument:ident: $type:ty),*) -> $result:ty { $body:expr }
    )*) => {$(
        #[inline(always)]
        #[allow(unsafe_code, reason = "the compiler does not find these instructions by itself")]
        unsafe fn $name $(<const $N: $of>)? ($($argument: $type),*) -> $result {
            // SAFETY: the caller promises what the trait requires.
            unsafe { $body }
        }
    )*};
}

registers! {
    load(from: *const u8) -> Self { _mm256_loadu_si256(from.cast()) } { _mm512_loadu_si512(from.cast()) }
    store(a: Self, to: *mut u8) -> () { _mm256_storeu_si256(to.cast(), a) } { _mm512_storeu_si512(to.cast(), a) }
    zeros() -> Self { _mm256_setzero_si256() } { _mm512_setzero_si512() }
    splat8(number: i8) -> Self { _mm256_set1_epi8(number) } { _mm512_set1_epi8(number) }
    splat16(number: i16) -> Self { _mm256_set1_epi16(number) } { _mm512_set1_epi16(number) }
    add8(a: Self, b: Self) -> Self { _mm256_add_epi8(a, b) } { _mm512_add_epi8(a, b) }
    min_u8(a: Self, b: Self) -> Self { _mm256_min_epu8(a, b) } { _mm512_min_epu8(a, b) }
    max_u8(a: Self, b: Self) -> Self { _mm256_max_epu8(a, b) } { _mm512_max_epu8(a, b) }
    add16(a: Self, b: Self) -> Self { _mm256_add_epi16(a, b) } { _mm512_add_epi16(a, b) }
    subtract16(a: Self, b: Self) -> Self { _mm256_sub_epi16(a, b) } { _mm512_sub_epi16(a, b) }
    /// `max(a − b, 0)`, without signs.
    saturating_subtract_u16(a: Self, b: Self) -> Self { _mm256_subs_epu16(a, b) } { _mm512_subs_epu16(a, b) }
    abs16(a: Self) -> Self { _mm256_abs_epi16(a) } { _mm512_abs_epi16(a) }
    max_i16(a: Self, b: Self) -> Self { _mm256_max_epi16(a, b) } { _mm512_max_epi16(a, b) }
    upper_product_u16(a: Self, b: Self) -> Self { _mm256_mulhi_epu16(a, b) } { _mm512_mulhi_epu16(a, b) }
    shift_right_u16(a: Self, bits: u32) -> Self {
        _mm256_srl_epi16(a, _mm_cvtsi32_si128(bits as i32))
    } {
        _mm512_srl_epi16(a, _mm_cvtsi32_si128(bits as i32))
    }
    /// Numbers of `a` and `b` in turn, from the lower halves.
    unpack_low8(a: Self, b: Self) -> Self { _mm256_unpacklo_epi8(a, b) } { _mm512_unpacklo_epi8(a, b) }
    /// The same from the upper halves.
    unpack_high8(a: Self, b: Self) -> Self { _mm256_unpackhi_epi8(a, b) } { _mm512_unpackhi_epi8(a, b) }
    unpack_low16(a: Self, b: Self) -> Self { _mm256_unpacklo_epi16(a, b) } { _mm512_unpacklo_epi16(a, b) }
    unpack_high16(a: Self, b: Self) -> Self { _mm256_unpackhi_epi16(a, b) } { _mm512_unpackhi_epi16(a, b) }
    /// Products of numbers without and with a sign, added in pairs.
    weigh_pairs8(a: Self, b: Self) -> Self { _mm256_maddubs_epi16(a, b) } { _mm512_maddubs_epi16(a, b) }
    /// Products, added in pairs.
    weigh_pairs16(a: Self, b: Self) -> Self { _mm256_madd_epi16(a, b) } { _mm512_madd_epi16(a, b) }
    /// Numbers of 16 bits limited to 0 … 255.
    pack_u8(a: Self, b: Self) -> Self { _mm256_packus_epi16(a, b) } { _mm512_packus_epi16(a, b) }
    /// Numbers of 32 bits limited to 16 bits.
    pack_i16(a: Self, b: Self) -> Self { _mm256_packs_epi32(a, b) } { _mm512_packs_epi32(a, b) }
    /// Stores, in order, what was unpacked into lower and upper halves: two registers.
    store_in_order(low: Self, high: Self, to: *mut u8) -> () {
        {
            // Storing halves is faster than joining them first.
            let to = to.cast::<__m128i>();
            _mm_storeu_si128(to, _mm256_castsi256_si128(low));
            _mm_storeu_si128(to.add(1), _mm256_castsi256_si128(high));
            _mm_storeu_si128(to.add(2), _mm256_extracti128_si256::<1>(low));
            _mm_storeu_si128(to.add(3), _mm256_extracti128_si256::<1>(high));
        }
    } {
        {
            let first = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
            let second = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high);
            _mm512_storeu_si512(to.cast(), first);
            _mm512_storeu_si512(to.add(64).cast(), second);
        }
    }
    /// Restores the order of what was packed from two registers.
    packed_in_order(a: Self) -> Self {
        _mm256_permute4x64_epi64::<0b11_01_10_00>(a)
    } {
        _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), a)
    }
    /// Bytes of `a` from index `BY` (at most 15) on, then bytes of `b`, across the whole register.
    shifted8<const BY: i32>(a: Self, b: Self) -> Self {
        _mm256_alignr_epi8::<BY>(_mm256_permute2x128_si256::<0x21>(a, b), a)
    } {
        _mm512_alignr_epi8::<BY>(_mm512_alignr_epi64::<2>(b, a), a)
    }
    /// The same by a table of indices, which takes a register, where that is fewer instructions.
    shifted_by_table8<const BY: i32>(a: Self, b: Self) -> Self {
        Self::shifted8::<BY>(a, b)
    } {
        {
            let indices = _mm512_add_epi8(_mm512_loadu_si512(BYTE_INDICES.as_ptr().cast()), _mm512_set1_epi8(BY as i8));
            _mm512_permutex2var_epi8(a, indices, b)
        }
    }
    /// Bytes of `a` from index 16 on, then bytes of `b`, across the whole register.
    shifted16(a: Self, b: Self) -> Self {
        _mm256_permute2x128_si256::<0x21>(a, b)
    } {
        _mm512_alignr_epi64::<2>(b, a)
    }
    /// Where `a ≤ b`, without signs.
    at_most_u8(a: Self, b: Self) -> Self::Mask {
        _mm256_cmpeq_epi8(_mm256_min_epu8(a, b), a)
    } {
        _mm512_cmple_epu8_mask(a, b)
    }
    /// `a` where the mask is true, 0 elsewhere.
    keep8(mask: Self::Mask, a: Self) -> Self { _mm256_and_si256(mask, a) } { _mm512_maskz_mov_epi8(mask, a) }
    /// `a + 1` where the mask is true, `a` elsewhere.
    count_up8(mask: Self::Mask, a: Self) -> Self {
        _mm256_sub_epi8(a, mask)
    } {
        _mm512_mask_sub_epi8(a, mask, a, _mm512_set1_epi8(-1))
    }
    /// `a − 1` where the mask is true, `a` elsewhere.
    count_down8(mask: Self::Mask, a: Self) -> Self {
        _mm256_add_epi8(a, mask)
    } {
        _mm512_mask_add_epi8(a, mask, a, _mm512_set1_epi8(-1))
    }
    /// A bit for each byte.
    bits(mask: Self::Mask) -> u64 { u64::from(_mm256_movemask_epi8(mask) as u32) } { _cvtmask64_u64(mask) }
    /// `√a · scale` for whole numbers, rounded to the nearest; the least number for 0.
    ///
    /// The processor estimates the inverse root with a relative error below 1.5 · 2⁻¹². One Newton step reduces it to
    /// 2⁻²⁰.
    roots32(a: Self, scale: f32) -> Self {
        {
            let square = _mm256_cvtepi32_ps(a);
            let inverse = _mm256_rsqrt_ps(square);
            let root = _mm256_mul_ps(square, inverse);
            let (more, less) = (_mm256_set1_ps(1.5 * scale), _mm256_set1_ps(-0.5 * scale));
            _mm256_cvtps_epi32(_mm256_mul_ps(root, _mm256_fmadd_ps(_mm256_mul_ps(root, inverse), less, more)))
        }
    } {
        {
            let square = _mm512_cvtepi32_ps(a);
            let inverse = _mm512_rsqrt14_ps(square);
            let root = _mm512_mul_ps(square, inverse);
            let (more, less) = (_mm512_set1_ps(1.5 * scale), _mm512_set1_ps(-0.5 * scale));
            _mm512_cvtps_epi32(_mm512_mul_ps(root, _mm512_fmadd_ps(_mm512_mul_ps(root, inverse), less, more)))
        }
    }
}
