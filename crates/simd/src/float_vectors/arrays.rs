use std::ops::{Add, Mul};

use super::{FloatVectors, transposed};
use crate::Arrays;

impl<T> FloatVectors<T> for Arrays
where
    T: Copy + Default + PartialOrd + Send + Sync + Add<Output = T> + Mul<Output = T>,
{
    type Sixteens = Self;
    type Indices = [u32; 8];

    const IS_WIDE: bool = false;

    #[inline(always)]
    fn sixteens(self) -> Self {
        self
    }

    #[inline(always)]
    fn transposed(self, rows: [[T; 8]; 8]) -> [[T; 8]; 8] {
        transposed(self, rows)
    }

    #[inline(always)]
    fn nonzero_bits(self, numbers: [T; 8]) -> u8 {
        numbers.iter().enumerate().fold(0, |bits, (i, number)| bits | u8::from(*number != T::default()) << i)
    }

    #[inline(always)]
    fn indices(self, first: u32) -> [u32; 8] {
        std::array::from_fn(|i| first.wrapping_add(i as u32))
    }

    #[inline(always)]
    fn greater(self, a: ([T; 8], [u32; 8]), mut b: ([T; 8], [u32; 8])) -> ([T; 8], [u32; 8]) {
        for i in 0..8 {
            let greater = a.0[i] > b.0[i];
            b.0[i] = if greater { a.0[i] } else { b.0[i] };
            b.1[i] = if greater { a.1[i] } else { b.1[i] };
        }
        b
    }

    #[inline(always)]
    fn store_indices(self, indices: [u32; 8], to: &mut [u32; 8]) {
        *to = indices;
    }
}
