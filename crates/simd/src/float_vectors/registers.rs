use std::arch::x86_64::*;

use super::{FloatVectors, transposed};
use crate::vectors::{Registers256, Registers512};

/// Instructions of AVX2, or of AVX-512 in the methods of `Registers512`.
macro_rules! instructions {
    ($instructions:expr) => {{
        #[allow(unsafe_code, reason = "the operations of one register")]
        // SAFETY: `self` proves that the processor has these instructions; pointers come from references to arrays of
        // eight.
        unsafe {
            $instructions
        }
    }};
}

/// Transposes a matrix of `f32` by exchanging squares of one, two and four numbers.
macro_rules! transposed {
    () => {
        #[inline(always)]
        fn transposed(self, rows: [[__m256; 1]; 8]) -> [[__m256; 1]; 8] {
            instructions!({
                let [[a], [b], [c], [d], [e], [f], [g], [h]] = rows;
                let (ab, cd) = (
                    [_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b)],
                    [_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d)],
                );
                let (ef, gh) = (
                    [_mm256_unpacklo_ps(e, f), _mm256_unpackhi_ps(e, f)],
                    [_mm256_unpacklo_ps(g, h), _mm256_unpackhi_ps(g, h)],
                );
                let mut columns = [[a]; 8];
                for half in 0..2 {
                    let low = [
                        _mm256_shuffle_ps::<0b01_00_01_00>(ab[half], cd[half]),
                        _mm256_shuffle_ps::<0b11_10_11_10>(ab[half], cd[half]),
                    ];
                    let high = [
                        _mm256_shuffle_ps::<0b01_00_01_00>(ef[half], gh[half]),
                        _mm256_shuffle_ps::<0b11_10_11_10>(ef[half], gh[half]),
                    ];
                    for odd in 0..2 {
                        columns[2 * half + odd] = [_mm256_permute2f128_ps::<0x20>(low[odd], high[odd])];
                        columns[4 + 2 * half + odd] = [_mm256_permute2f128_ps::<0x31>(low[odd], high[odd])];
                    }
                }
                columns
            })
        }
    };
}

/// What all element types and registers share: vectors of sixteen, and indices.
macro_rules! with_indices {
    ($is_wide:literal) => {
        type Sixteens = Self;
        type Indices = __m256i;

        const IS_WIDE: bool = $is_wide;

        #[inline(always)]
        fn sixteens(self) -> Self {
            self
        }

        #[inline(always)]
        fn indices(self, first: u32) -> __m256i {
            instructions!(_mm256_add_epi32(_mm256_set1_epi32(first as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)))
        }

        #[inline(always)]
        fn store_indices(self, indices: __m256i, to: &mut [u32; 8]) {
            instructions!(_mm256_storeu_si256(to.as_mut_ptr().cast(), indices))
        }
    };
}

impl FloatVectors<f32> for Registers256 {
    with_indices!(false);
    transposed!();

    #[inline(always)]
    fn nonzero_bits(self, [numbers]: [__m256; 1]) -> u8 {
        instructions!(_mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NEQ_UQ>(numbers, _mm256_setzero_ps())) as u8)
    }

    #[inline(always)]
    fn greater(self, (a, at_a): ([__m256; 1], __m256i), (b, at_b): ([__m256; 1], __m256i)) -> ([__m256; 1], __m256i) {
        instructions!({
            let greater = _mm256_cmp_ps::<_CMP_GT_OQ>(a[0], b[0]);
            let indices = _mm256_blendv_epi8(at_b, at_a, _mm256_castps_si256(greater));
            ([_mm256_blendv_ps(b[0], a[0], greater)], indices)
        })
    }
}

impl FloatVectors<f64> for Registers256 {
    with_indices!(false);

    #[inline(always)]
    fn transposed(self, rows: [Self::Vector; 8]) -> [Self::Vector; 8] {
        transposed::<f64, _>(self, rows)
    }

    #[inline(always)]
    fn nonzero_bits(self, [low, high]: [__m256d; 2]) -> u8 {
        instructions!({
            let low = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_NEQ_UQ>(low, _mm256_setzero_pd()));
            let high = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_NEQ_UQ>(high, _mm256_setzero_pd()));
            (low | high << 4) as u8
        })
    }

    #[inline(always)]
    fn greater(
        self,
        (a, at_a): ([__m256d; 2], __m256i),
        (b, at_b): ([__m256d; 2], __m256i),
    ) -> ([__m256d; 2], __m256i) {
        instructions!({
            let low = _mm256_cmp_pd::<_CMP_GT_OQ>(a[0], b[0]);
            let high = _mm256_cmp_pd::<_CMP_GT_OQ>(a[1], b[1]);
            let numbers = [_mm256_blendv_pd(b[0], a[0], low), _mm256_blendv_pd(b[1], a[1], high)];
            // One half of each comparison, in the order of the numbers.
            let halves = _mm256_shuffle_ps::<0b10_00_10_00>(_mm256_castpd_ps(low), _mm256_castpd_ps(high));
            let greater = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_castps_si256(halves));
            (numbers, _mm256_blendv_epi8(at_b, at_a, greater))
        })
    }
}

impl FloatVectors<f32> for Registers512 {
    with_indices!(true);
    transposed!();

    #[inline(always)]
    fn nonzero_bits(self, [numbers]: [__m256; 1]) -> u8 {
        instructions!(_mm256_cmp_ps_mask::<_CMP_NEQ_UQ>(numbers, _mm256_setzero_ps()))
    }

    #[inline(always)]
    fn greater(self, (a, at_a): ([__m256; 1], __m256i), (b, at_b): ([__m256; 1], __m256i)) -> ([__m256; 1], __m256i) {
        instructions!({
            let greater = _mm256_cmp_ps_mask::<_CMP_GT_OQ>(a[0], b[0]);
            ([_mm256_mask_blend_ps(greater, b[0], a[0])], _mm256_mask_blend_epi32(greater, at_b, at_a))
        })
    }
}

impl FloatVectors<f64> for Registers512 {
    with_indices!(true);

    #[inline(always)]
    fn transposed(self, rows: [Self::Vector; 8]) -> [Self::Vector; 8] {
        transposed::<f64, _>(self, rows)
    }

    #[inline(always)]
    fn nonzero_bits(self, [numbers]: [__m512d; 1]) -> u8 {
        instructions!(_mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(numbers, _mm512_setzero_pd()))
    }

    #[inline(always)]
    fn greater(
        self,
        (a, at_a): ([__m512d; 1], __m256i),
        (b, at_b): ([__m512d; 1], __m256i),
    ) -> ([__m512d; 1], __m256i) {
        instructions!({
            let greater = _mm512_cmp_pd_mask::<_CMP_GT_OQ>(a[0], b[0]);
            ([_mm512_mask_blend_pd(greater, b[0], a[0])], _mm256_mask_blend_epi32(greater, at_b, at_a))
        })
    }
}
