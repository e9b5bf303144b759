use glassbox_simd::Vectors;

use super::Convolution;
use crate::Real;

/// Some masks of a group, their biases and where their sums go.
pub(super) struct Masks<T, const N: usize> {
    /// Numbers of a window.
    outputs: usize,
    /// The first of the masks.
    first: usize,
    /// The number of masks.
    pub(super) width: usize,
    /// The first channel of their group.
    pub(super) channel: usize,
    pub(super) biases: [T; N],
}

impl<T: Real, const N: usize> Masks<T, N> {
    pub(super) fn new(plan: &Convolution, strip: usize, bias: Option<&[T]>) -> Self {
        let (outputs, each) = (plan.outputs, plan.outputs / plan.groups);
        let strips = each.div_ceil(N);
        let group = strip / strips;
        let first = group * each + strip % strips * N;
        let width = N.min((group + 1) * each - first);
        let mut biases = [T::zero(); N];
        if let Some(bias) = bias {
            biases[..width].copy_from_slice(&bias[first..first + width]);
        }
        Self { outputs, first, width, channel: group * plan.input.channels / plan.groups, biases }
    }

    /// Adds the biases and stores the sums of up to `count` windows.
    #[inline(always)]
    pub(super) fn store<V: Vectors<T, N>, const R: usize>(
        &self,
        vectors: V,
        window: usize,
        count: usize,
        mut sums: [V::Vector; R],
        output: &mut [T],
    ) {
        // Fetched anew for every tile: kept in registers meanwhile, they would push a sum out of them.
        let biases = std::hint::black_box(&self.biases);
        for sum in &mut sums {
            *sum = vectors.add(vectors.load(biases), *sum);
        }
        self.store_biased(vectors, window, count, sums, output);
    }

    /// Stores sums to which the biases have been added.
    #[inline(always)]
    pub(super) fn store_biased<V: Vectors<T, N>, const R: usize>(
        &self,
        vectors: V,
        window: usize,
        count: usize,
        sums: [V::Vector; R],
        output: &mut [T],
    ) {
        for (i, biased) in sums.into_iter().enumerate().take(count) {
            let output = &mut output[(window + i) * self.outputs + self.first..];
            match output.first_chunk_mut() {
                // The numbers written after the last mask belong to the next window, which overwrites them.
                Some(output) if self.width == N || self.width == self.outputs => vectors.store(biased, output),
                _ => {
                    let mut numbers = [T::zero(); N];
                    vectors.store(biased, &mut numbers);
                    output[..self.width].copy_from_slice(&numbers[..self.width]);
                }
            }
        }
    }
}
