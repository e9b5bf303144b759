//! Vectors of floats for loops whose sums must stay in registers.
//!
//! The compiler can keep an array in registers, but not reliably: it may move one to memory in the middle of a loop.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::ops::{Add, Mul};

/// Operations on vectors of `N` numbers.
pub trait Vectors<T, const N: usize>: Copy + Send + Sync {
    /// `N` numbers.
    type Vector: Copy;

    /// The same number in every lane.
    fn splat(self, number: T) -> Self::Vector;

    /// Loads an array.
    fn load(self, from: &[T; N]) -> Self::Vector;

    /// Loads the first numbers of a list; a shorter list is filled up with zeros.
    #[inline(always)]
    fn load_some(self, from: &[T]) -> Self::Vector
    where
        T: Copy + Default,
    {
        if let Some(from) = from.first_chunk() {
            return self.load(from);
        }
        let mut padded = [T::default(); N];
        padded[..from.len()].copy_from_slice(from);
        self.load(&padded)
    }

    /// Stores a vector in an array.
    fn store(self, numbers: Self::Vector, to: &mut [T; N]);

    /// `a + b`.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// `a·b + c`.
    fn multiply_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// Vectors as arrays, for every processor. Products are rounded before the addition.
#[derive(Clone, Copy, Debug)]
pub struct Arrays;

impl<T, const N: usize> Vectors<T, N> for Arrays
where
    T: Copy + Add<Output = T> + Mul<Output = T>,
{
    type Vector = [T; N];

    #[inline(always)]
    fn splat(self, number: T) -> [T; N] {
        [number; N]
    }

    #[inline(always)]
    fn load(self, from: &[T; N]) -> [T; N] {
        *from
    }

    #[inline(always)]
    fn store(self, numbers: [T; N], to: &mut [T; N]) {
        *to = numbers;
    }

    #[inline(always)]
    fn add(self, mut a: [T; N], b: [T; N]) -> [T; N] {
        for i in 0..N {
            a[i] = a[i] + b[i];
        }
        a
    }

    #[inline(always)]
    fn multiply_add(self, a: [T; N], b: [T; N], mut c: [T; N]) -> [T; N] {
        for i in 0..N {
            c[i] = a[i] * b[i] + c[i];
        }
        c
    }
}

/// Vectors in registers of 256 bits, and proof that the processor has AVX2 and FMA. Products are not rounded before the
/// addition.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registers256(pub(crate) ());

/// Vectors in registers of 512 bits, twice as many, and proof that the processor has AVX-512, too.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registers512(pub(crate) Registers256);

/// Implements [`Vectors`] by a few registers: the instructions are those for one of them.
#[cfg(target_arch = "x86_64")]
macro_rules! vectors {
    ($(
        $proof:ty, $real:ty, $n:literal: [$register:ty; $count:literal],
        $set1:ident, $load:ident, $store:ident, $add:ident, $fmadd:ident;
    )*) => {$(
        #[allow(unsafe_code, reason = "the operations of one register")]
        impl Vectors<$real, $n> for $proof {
            type Vector = [$register; $count];

            #[inline(always)]
            fn splat(self, number: $real) -> Self::Vector {
                // SAFETY: `self` is proof of the instructions.
                unsafe { [$set1(number); $count] }
            }

            #[inline(always)]
            fn load(self, from: &[$real; $n]) -> Self::Vector {
                let mut numbers = Vectors::<$real, $n>::splat(self, 0.0);
                for i in 0..$count {
                    // SAFETY: as above; all registers together are as long as the array.
                    numbers[i] = unsafe { $load(from[i * ($n / $count)..].as_ptr()) };
                }
                numbers
            }

            #[inline(always)]
            fn store(self, numbers: Self::Vector, to: &mut [$real; $n]) {
                for i in 0..$count {
                    // SAFETY: as above.
                    unsafe { $store(to[i * ($n / $count)..].as_mut_ptr(), numbers[i]) };
                }
            }

            #[inline(always)]
            fn add(self, mut a: Self::Vector, b: Self::Vector) -> Self::Vector {
                for i in 0..$count {
                    // SAFETY: `self` is proof of the instructions.
                    a[i] = unsafe { $add(a[i], b[i]) };
                }
                a
            }

            #[inline(always)]
            fn multiply_add(self, a: Self::Vector, b: Self::Vector, mut c: Self::Vector) -> Self::Vector {
                for i in 0..$count {
                    // SAFETY: `self` is proof of the instructions.
                    c[i] = unsafe { $fmadd(a[i], b[i], c[i]) };
                }
                c
            }
        }
        // No load and no store goes beyond the array.
        const _: () = assert!(size_of::<[$register; $count]>() == size_of::<[$real; $n]>());
    )*};
}

#[cfg(target_arch = "x86_64")]
vectors! {
    Registers256, f32, 8: [__m256; 1],
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps;
    Registers256, f32, 16: [__m256; 2],
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps;
    Registers256, f64, 8: [__m256d; 2],
        _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_fmadd_pd;
    Registers256, f64, 16: [__m256d; 4],
        _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_fmadd_pd;
    Registers512, f32, 8: [__m256; 1],
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps;
    Registers512, f32, 16: [__m512; 1],
        _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps;
    Registers512, f64, 8: [__m512d; 1],
        _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_fmadd_pd;
    Registers512, f64, 16: [__m512d; 2],
        _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_fmadd_pd;
}
