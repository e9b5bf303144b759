//! Loops that work on eight numbers at a time, in registers where the processor has them.

use glassbox_kernels::simd::{Arrays, Eights, Level, Task, dispatch};

use crate::Real;

/// How many numbers are worked on at a time.
pub(crate) const EIGHT: usize = 8;

/// A loop with its arguments, as a [`Task`] is one, that is told how to work on eight numbers at a time.
pub(crate) trait EightsTask<T: Real> {
    /// Runs the loop. Mark it, and every function it calls, `#[inline(always)]`.
    fn run<E: Eights<T>>(self, eights: E);
}

/// Runs `task` with the instructions of `level`.
pub(crate) fn run<T: Real, K: EightsTask<T>>(level: Level, task: K) {
    match T::registers(level) {
        Some(eights) => dispatch(level, With { eights, task, of: std::marker::PhantomData }),
        None => dispatch(level, With { eights: Arrays, task, of: std::marker::PhantomData }),
    }
}

struct With<T, E, K> {
    eights: E,
    task: K,
    of: std::marker::PhantomData<T>,
}

impl<T: Real, E: Eights<T>, K: EightsTask<T>> Task for With<T, E, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.task.run(self.eights);
    }
}

/// The first eight numbers.
///
/// # Panics
/// If there are fewer.
#[inline(always)]
pub(crate) fn eight<T>(numbers: &[T]) -> &[T; EIGHT] {
    numbers.first_chunk().expect("eight numbers")
}

/// The first eight numbers, to be written.
///
/// # Panics
/// If there are fewer.
#[inline(always)]
pub(crate) fn eight_mut<T>(numbers: &mut [T]) -> &mut [T; EIGHT] {
    numbers.first_chunk_mut().expect("eight numbers")
}
