//! Backward to the weights: what each window showed, times its gradient.

use glassbox_kernels::simd::Eights;

use super::Convolution;
use crate::Real;
use crate::eights::{EIGHT, EightsTask, eight, eight_mut, list_bits};

/// Eights of one segment whose sums are kept in registers.
const MOST_EIGHTS: usize = 12;
/// Segments of one, two, three and four eights whose sums are kept in registers.
const MOST_SEGMENTS: [usize; 4] = [8, 4, 3, 3];

/// ∂E/∂weights of one picture, added to what is there.
pub(super) struct Weigh<'a, T> {
    pub(super) plan: &'a Convolution,
    pub(super) padded: &'a [T],
    pub(super) gradient: &'a [T],
    pub(super) weights: &'a mut [T],
    pub(super) bias: &'a mut [T],
    /// Of each mask how many windows have a gradient that is not zero, then which: as many numbers as [`found_len`] says.
    pub(super) found: &'a mut [u32],
}

/// Numbers that the list of windows takes.
pub(super) fn found_len(plan: &Convolution) -> usize {
    plan.outputs * (plan.windows() + EIGHT + 1)
}

impl<T: Real> EightsTask<T> for Weigh<'_, T> {
    #[inline(always)]
    fn run<E: Eights<T>>(self, eights: E) {
        let Self { plan, padded, gradient, weights, bias, found } = self;
        let (counts, found) = found.split_at_mut(plan.outputs);
        list_nonzero(eights, gradient, bias, counts, found);
        let (outputs, list) = (plan.outputs, plan.windows() + EIGHT);
        let each = outputs / plan.groups;
        for (mask, weights) in weights.chunks_exact_mut(plan.segments.len() * plan.wide).enumerate() {
            let seen = Seen {
                plan,
                padded: &padded[mask / each * plan.input.channels / plan.groups..],
                gradient: &gradient[mask..],
                found: &found[mask * list..][..counts[mask] as usize],
            };
            seen.weigh(eights, weights);
        }
    }
}

/// What a mask saw where its gradient is not zero.
struct Seen<'a, T> {
    plan: &'a Convolution,
    padded: &'a [T],
    gradient: &'a [T],
    found: &'a [u32],
}

impl<T: Real> Seen<'_, T> {
    /// A few segments at a time, or a part of one, so that there are enough sums to work on side by side and not more than fit into registers.
    #[inline(always)]
    fn weigh<E: Eights<T>>(&self, eights: E, mut weights: &mut [T]) {
        let wide = self.plan.wide / EIGHT;
        let most = MOST_SEGMENTS.get(wide - 1).copied().unwrap_or(1);
        let mut segments = &self.plan.segments[..];
        while !segments.is_empty() {
            let (here, behind) = segments.split_at(share(segments.len(), most));
            segments = behind;
            let mut done = 0;
            while done < wide {
                let long = share(wide - done, MOST_EIGHTS);
                let (sums, rest) = weights.split_at_mut(here.len() * long * EIGHT);
                weights = rest;
                macro_rules! add {
                    ($(($m:literal, $n:literal))*) => {
                        match (here.len(), long) {
                            $(($m, $n) => self.add::<E, $m, $n>(eights, here, done * EIGHT, sums),)*
                            _ => unreachable!("no more segments and eights than fit"),
                        }
                    };
                }
                add!((1, 1)(2, 1)(3, 1)(4, 1)(5, 1)(6, 1)(7, 1)(8, 1)(1, 2)(2, 2)(3, 2)(4, 2)(1, 3)(2, 3)(3, 3)(1, 4)(
                    2, 4
                )(3, 4)(1, 5)(1, 6)(1, 7)(1, 8)(1, 9)(1, 10)(1, 11)(1, 12));
                done += long;
            }
        }
    }

    /// Adds `N` eights of `M` segments of all windows, each times its gradient.
    #[inline(always)]
    fn add<E: Eights<T>, const M: usize, const N: usize>(
        &self,
        eights: E,
        segments: &[usize],
        from: usize,
        sums: &mut [T],
    ) {
        let mut offsets = [from; M];
        offsets.iter_mut().zip(segments).for_each(|(offset, segment)| *offset += segment);
        let mut here = [[eights.splat(T::zero()); N]; M];
        for &window in self.found {
            let window = window as usize;
            let slope = eights.splat(self.gradient[window * self.plan.outputs]);
            let base = self.plan.bases[window];
            for m in 0..M {
                let stretch = &self.padded[base + offsets[m]..][..N * EIGHT];
                for n in 0..N {
                    let numbers = eights.load(eight(&stretch[n * EIGHT..]));
                    here[m][n] = eights.multiply_add(numbers, slope, here[m][n]);
                }
            }
        }
        for m in 0..M {
            for n in 0..N {
                let sums = eight_mut(&mut sums[(m * N + n) * EIGHT..]);
                eights.store(eights.add(here[m][n], eights.load(sums)), sums);
            }
        }
    }
}

/// The first of as few shares as there can be of a number of things, if none is to be more than `most` and all about the same.
#[inline(always)]
fn share(things: usize, most: usize) -> usize {
    things.div_ceil(things.div_ceil(most))
}

/// Lists for each mask the windows whose gradient is not zero: few are. Eight windows and masks at a time, as a square of bits. Adds the gradients to
/// `sums` on the way.
#[inline(always)]
fn list_nonzero<T: Real, E: Eights<T>>(
    eights: E,
    gradient: &[T],
    sums: &mut [T],
    counts: &mut [u32],
    found: &mut [u32],
) {
    counts.fill(0);
    let outputs = counts.len();
    let windows = gradient.len() / outputs;
    for (masks, sums) in sums.chunks_mut(EIGHT).enumerate() {
        let first = masks * EIGHT;
        let counts = &mut counts[first..][..sums.len()];
        let found = &mut found[first * (windows + EIGHT)..];
        let mut sum = eights.splat(T::zero());
        for window in (0..windows).step_by(EIGHT) {
            // What is behind the last mask belongs to the next window: nobody reads its bits and sums.
            let square = &gradient[window * outputs + first..];
            let mut bits = 0;
            if square.len() >= (EIGHT - 1) * outputs + EIGHT {
                for row in 0..EIGHT {
                    let row_of = eights.load(eight(&square[row * outputs..]));
                    bits |= u64::from(eights.nonzero_bits(row_of)) << (EIGHT * row);
                    sum = eights.add(sum, row_of);
                }
            } else {
                for row in 0..EIGHT.min(windows - window) {
                    let row_of = eights.load_some(&square[row * outputs..]);
                    bits |= u64::from(eights.nonzero_bits(row_of)) << (EIGHT * row);
                    sum = eights.add(sum, row_of);
                }
            }
            let columns = transposed(bits).to_le_bytes();
            for ((count, found), column) in counts.iter_mut().zip(found.chunks_exact_mut(windows + EIGHT)).zip(columns)
            {
                *count += list_bits(column, window as u32, &mut found[*count as usize..]) as u32;
            }
        }
        let mut numbers = [T::zero(); EIGHT];
        eights.store(sum, &mut numbers);
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
    }
}

/// A square of eight rows of eight bits, the rows as columns: squares of one, two and four bits within it are exchanged, as H. S. Warren's "Hacker's
/// Delight" (2nd ed., 7–3) has it.
#[inline(always)]
fn transposed(square: u64) -> u64 {
    let exchanged = |square: u64, by: u32, which: u64| {
        let differing = (square ^ square >> by) & which;
        square ^ differing ^ differing << by
    };
    let square = exchanged(square, 7, 0x00AA_00AA_00AA_00AA);
    let square = exchanged(square, 14, 0x0000_CCCC_0000_CCCC);
    exchanged(square, 28, 0x0000_0000_F0F0_F0F0)
}

#[cfg(test)]
mod tests {
    use glassbox_kernels::simd::Arrays;

    use super::*;

    #[test]
    fn what_is_not_zero_is_listed_for_each_mask() {
        for (windows, outputs) in [(1, 1), (7, 3), (8, 8), (19, 6), (40, 17)] {
            let gradient: Vec<f64> = (0..windows * outputs).map(|i| f64::from(u8::from(i * 7 % 5 < 2))).collect();
            let (mut counts, mut found) = (vec![9; outputs], vec![9; outputs * (windows + EIGHT)]);
            let mut sums = vec![0.5; outputs];
            list_nonzero(Arrays, &gradient, &mut sums, &mut counts, &mut found);
            for mask in 0..outputs {
                let sum: f64 = gradient.iter().skip(mask).step_by(outputs).sum();
                assert_eq!(sums[mask], 0.5 + sum, "mask {mask}");
                let wanted: Vec<u32> =
                    (0..windows).filter(|w| gradient[w * outputs + mask] != 0.0).map(|w| w as u32).collect();
                assert_eq!(found[mask * (windows + EIGHT)..][..counts[mask] as usize], wanted, "mask {mask}");
            }
        }
    }
}
