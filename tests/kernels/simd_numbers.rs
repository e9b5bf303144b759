//! What the vectors of floating-point numbers make of numbers, at every level.

use std::array::from_fn;

use glassbox_simd::{FloatTask, FloatVectors, Floats, Level, Vectors};

struct Greater;

impl<T: Copy + Default + From<f32> + Into<f64>> FloatTask<T> for Greater {
    fn run<E: FloatVectors<T>>(self, eights: E) {
        let a = [0.0, 1.0, -0.0, f32::NAN, 0.0, 5.0, 0.0, -2.0].map(T::from);
        let b = [1.0, 0.0, 0.0, 1.0, f32::NAN, 5.0, -1.0, -3.0].map(T::from);
        let (a, b) = (eights.load(&a), eights.load(&b));
        let (greater, at) = eights.greater((a, eights.indices(100)), (b, eights.indices(7)));
        let (mut numbers, mut places) = ([T::default(); 8], [0; 8]);
        eights.store(greater, &mut numbers);
        eights.store_indices(at, &mut places);
        let found: [f64; 8] = numbers.map(Into::into);
        let expected = [1.0, 1.0, 0.0, 1.0, f64::NAN, 5.0, 0.0, -2.0];
        assert!(found.iter().zip(expected).all(|(a, b)| *a == b || (a.is_nan() && b.is_nan())), "{found:?}");
        assert_eq!(places, [7, 101, 9, 10, 11, 12, 106, 107]);
        let rows = from_fn(|i| eights.load(&from_fn(|j| T::from((8 * i + j) as f32))));
        for (j, column) in eights.transposed(rows).into_iter().enumerate() {
            eights.store(column, &mut numbers);
            assert_eq!(numbers.map(Into::<f64>::into), from_fn(|i| (8 * i + j) as f64));
        }
        assert_eq!(eights.nonzero_bits(a), 0b1010_1010);
        assert_eq!(eights.nonzero_bits(b), 0b1111_1001);
    }
}

/// Asks for everything there is, of eight numbers and of sixteen, and compares it with what it must be.
struct Sums;

fn sums<T, V: Vectors<T, N>, const N: usize>(vectors: V)
where
    T: Copy + Default + From<f32> + Into<f64>,
{
    let numbers = |first: f32| from_fn::<T, N, _>(|i| T::from(first + i as f32 * 0.5));
    let (a, b) = (vectors.load(&numbers(-2.0)), vectors.load_some(&numbers(3.0)[..N - 1]));
    let stored = |vector| {
        let mut numbers = [T::default(); N];
        vectors.store(vector, &mut numbers);
        numbers.map(Into::<f64>::into)
    };
    let of = |number: fn(f64, f64) -> f64| {
        from_fn::<f64, N, _>(|i| {
            let half = i as f64 * 0.5;
            number(half - 2.0, if i + 1 < N { half + 3.0 } else { 0.0 })
        })
    };
    assert_eq!(stored(a), of(|a, _| a));
    assert_eq!(stored(b), of(|_, b| b));
    assert_eq!(stored(vectors.add(a, b)), of(|a, b| a + b));
    assert_eq!(stored(vectors.multiply_add(a, b, vectors.splat(T::from(0.25)))), of(|a, b| a * b + 0.25));
}

impl<T: Copy + Default + From<f32> + Into<f64>> FloatTask<T> for Sums {
    fn run<E: FloatVectors<T>>(self, eights: E) {
        sums::<T, E, 8>(eights);
        sums::<T, E::Sixteens, 16>(eights.sixteens());
    }
}

#[test]
fn every_level_finds_the_same() {
    for level in Level::all() {
        f32::dispatch_floats(level, Greater);
        f64::dispatch_floats(level, Greater);
        f32::dispatch_floats(level, Sums);
        f64::dispatch_floats(level, Sums);
    }
}
