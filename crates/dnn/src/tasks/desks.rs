use std::sync::Mutex;

use rayon::prelude::*;

/// Room for samples in the making, one for each that is made at the same time: nothing is allocated after the first
/// steps.
#[derive(Debug, Default)]
pub(super) struct Desks<D>(Mutex<Vec<D>>);

impl<D: Default + Send> Desks<D> {
    /// Lets `write` make each sample at a desk: its number, the desk, its input and its target.
    ///
    /// # Shape
    /// `input` `[n, inputs]`, `target` `[n, outputs]`
    pub(super) fn each<T: Send>(
        &self,
        input: &mut [T],
        target: &mut [T],
        [inputs, outputs]: [usize; 2],
        write: impl Fn(usize, &mut D, &mut [T], &mut [T]) + Sync,
    ) {
        let free = || self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let samples = input.par_chunks_mut(inputs).zip(target.par_chunks_mut(outputs));
        samples.enumerate().for_each(|(sample, (input, target))| {
            let desk = free().pop();
            let mut desk = desk.unwrap_or_default();
            write(sample, &mut desk, input, target);
            free().push(desk);
        });
    }
}
