//! Vectors of eight and sixteen floats with comparisons and indices, and loops over them: [`FloatTask`].

mod arrays;
#[cfg(target_arch = "x86_64")]
mod registers;

use std::marker::PhantomData;

use crate::dispatch::Copies;
use crate::level::Instructions;
#[cfg(target_arch = "x86_64")]
use crate::vectors::{Registers256, Registers512};
use crate::{Arrays, Level, Task, Vectors};

/// Operations on vectors of eight numbers, and of sixteen.
pub trait FloatVectors<T>: Vectors<T, 8> {
    /// Operations on vectors of sixteen numbers.
    type Sixteens: Vectors<T, 16>;
    /// An index for each of eight numbers.
    type Indices: Copy;

    /// Whether twelve sums of sixteen numbers, and their terms, fit in the registers; otherwise six do.
    const IS_WIDE: bool;

    /// The operations on sixteen numbers.
    fn sixteens(self) -> Self::Sixteens;

    /// The transposed matrix.
    fn transposed(self, rows: [Self::Vector; 8]) -> [Self::Vector; 8];

    /// A bit for each number, the first the lowest: 1 if the number is not zero.
    fn nonzero_bits(self, numbers: Self::Vector) -> u8;

    /// The indices `first`, `first + 1`, … `first + 7`.
    fn indices(self, first: u32) -> Self::Indices;

    /// The greater of each pair with its index: `a` where it is greater, `b` elsewhere.
    fn greater(
        self,
        a: (Self::Vector, Self::Indices),
        b: (Self::Vector, Self::Indices),
    ) -> (Self::Vector, Self::Indices);

    /// Stores indices in an array.
    fn store_indices(self, indices: Self::Indices, to: &mut [u32; 8]);
}

/// A loop with its arguments, like a [`Task`], that computes with vectors of floats.
pub trait FloatTask<T> {
    /// Runs the loop. Mark it, and every function it calls, `#[inline(always)]`.
    fn run<V: FloatVectors<T>>(self, vectors: V);
}

/// Numbers that have [`FloatVectors`] at every level: `f32` and `f64`.
pub trait Floats: Sized {
    /// Runs `task` with the instructions of `level`.
    fn dispatch_floats<K: FloatTask<Self>>(level: Level, task: K);
}

macro_rules! floats {
    ($($real:ty)*) => {$(
        impl Floats for $real {
            #[inline(always)]
            fn dispatch_floats<K: FloatTask<Self>>(level: Level, task: K) {
                let of = PhantomData::<$real>;
                match level.0 {
                    Instructions::Baseline => Copies::<K>::baseline(([], With { vectors: Arrays, task, of })),
                    #[cfg(target_arch = "x86_64")]
                    #[allow(unsafe_code, reason = "calls a function compiled for more than the baseline")]
                    // SAFETY: only `Level::all` makes this level, after it found each of the features.
                    Instructions::Avx2 => unsafe {
                        Copies::<K>::avx2(([], With { vectors: Registers256(()), task, of }))
                    },
                    #[cfg(target_arch = "x86_64")]
                    #[allow(unsafe_code, reason = "calls a function compiled for more than the baseline")]
                    // SAFETY: as above.
                    Instructions::Avx512 => unsafe {
                        Copies::<K>::avx512(([], With { vectors: Registers512(Registers256(())), task, of }))
                    },
                }
            }
        }
    )*};
}
floats!(f32 f64);

struct With<T, V, K> {
    vectors: V,
    task: K,
    of: PhantomData<T>,
}

impl<T, V: FloatVectors<T>, K: FloatTask<T>> Task for With<T, V, K> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        self.task.run(self.vectors);
    }
}

/// Transposes a matrix number by number.
#[inline(always)]
fn transposed<T: Copy + Default, V: Vectors<T, 8>>(vectors: V, rows: [V::Vector; 8]) -> [V::Vector; 8] {
    let (mut numbers, mut columns) = ([[T::default(); 8]; 8], [[T::default(); 8]; 8]);
    for i in 0..8 {
        vectors.store(rows[i], &mut numbers[i]);
    }
    for i in 0..8 {
        for j in 0..8 {
            columns[j][i] = numbers[i][j];
        }
    }
    columns.map(|column| vectors.load(&column))
}
