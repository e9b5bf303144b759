//! Tiles of dense rows and lists of sparse ones.

use glassbox_kernels::simd::Eights;

use super::{COLUMNS, ROWS};
use crate::Real;
use crate::eights::{EIGHT, EightsTask, eight};
use crate::nonzero::{list_nonzero, listed_len};

/// Steps of the sum between two visits to memory: a strip of the right matrix so long stays in the first cache.
const DEPTH: usize = 256;
/// Tiles below one another whose lists are made at a time.
pub(super) const BLOCK: usize = 16;
/// Strips of the right matrix that a list goes through at once.
const STRIPS: usize = 4;
/// Numbers that the lists of a tile take: how many places each row has, then which.
pub(super) const TILE_PLACES: usize = ROWS * (1 + listed_len(DEPTH));

/// Some rows of the product.
pub(super) struct Multiply<'a, T> {
    /// Strips of the left matrix, a tile's each.
    pub(super) left: &'a [[T; ROWS]],
    /// Strips of the right matrix.
    pub(super) right: &'a [[T; COLUMNS]],
    pub(super) bias: Option<&'a [T]>,
    pub(super) output: &'a mut [T],
    pub(super) depth: usize,
    pub(super) m: usize,
    /// Room for the lists of [`BLOCK`] tiles, or of all if they are fewer.
    pub(super) found: &'a mut [u32],
}

impl<T: Real> EightsTask<T> for Multiply<'_, T> {
    #[inline(always)]
    fn run<E: Eights<T>>(self, eights: E) {
        let Self { left, right, bias, output, depth, m, found } = self;
        // Fewer strips than that go through tiles whatever is zero.
        let listed = m.div_ceil(COLUMNS) / STRIPS * STRIPS;
        for (block, output) in output.chunks_mut(BLOCK * ROWS * m).enumerate() {
            let tiles = (output.len() / m).div_ceil(ROWS);
            let left = &left[block * BLOCK * depth..];
            for from in (0..depth.max(1)).step_by(DEPTH) {
                let to = depth.min(from + DEPTH);
                let mut here = Block { left, right, bias, output: &mut *output, depth, m, steps: (from, to) };
                let mut sparse = [false; BLOCK];
                if listed > 0 {
                    for (tile, (sparse, found)) in
                        sparse[..tiles].iter_mut().zip(found.chunks_exact_mut(TILE_PLACES)).enumerate()
                    {
                        *sparse = here.list(eights, tile, found);
                    }
                }
                for strip in 0..m.div_ceil(COLUMNS) {
                    for tile in (0..tiles).filter(|&tile| strip >= listed || !sparse[tile]) {
                        here.tile(eights, tile, strip);
                    }
                }
                for strip in (0..listed).step_by(STRIPS) {
                    for tile in (0..tiles).filter(|&tile| sparse[tile]) {
                        here.rows(eights, tile, strip, &found[tile * TILE_PLACES..]);
                    }
                }
            }
        }
    }
}

/// A few tiles below one another and some steps of their sums.
struct Block<'a, T> {
    left: &'a [[T; ROWS]],
    right: &'a [[T; COLUMNS]],
    bias: Option<&'a [T]>,
    output: &'a mut [T],
    depth: usize,
    m: usize,
    steps: (usize, usize),
}

impl<T: Real> Block<'_, T> {
    /// What the left matrix has for a tile.
    #[inline(always)]
    fn left(&self, tile: usize) -> &[[T; ROWS]] {
        &self.left[tile * self.depth..][self.steps.0..self.steps.1]
    }

    #[inline(always)]
    fn right(&self, strip: usize) -> &[[T; COLUMNS]] {
        &self.right[strip * self.depth..][self.steps.0..self.steps.1]
    }

    /// Lists what is not zero in the rows of a tile, and says whether that is so little that lists are faster than tiles.
    #[inline(always)]
    fn list<E: Eights<T>>(&self, eights: E, tile: usize, found: &mut [u32]) -> bool {
        let left = self.left(tile);
        let (counts, found) = found.split_at_mut(ROWS);
        list_nonzero(eights, left.as_flattened(), None, counts, found);
        let listed: u32 = counts.iter().sum();
        5 * listed as usize <= 2 * ROWS * left.len()
    }

    /// A tile of results, kept in registers until the last step.
    #[inline(always)]
    fn tile<E: Eights<T>>(&mut self, eights: E, tile: usize, strip: usize) {
        let mut sums = [[eights.splat(T::zero()); 2]; ROWS];
        for (left, right) in self.left(tile).iter().zip(self.right(strip)) {
            let (first, second) = (eights.load(eight(right)), eights.load(eight(&right[EIGHT..])));
            for i in 0..ROWS {
                let number = eights.splat(left[i]);
                sums[i][0] = eights.multiply_add(number, first, sums[i][0]);
                sums[i][1] = eights.multiply_add(number, second, sums[i][1]);
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            self.store(eights, tile * ROWS + i, strip, sums);
        }
    }

    /// The results of a tile's rows in a few strips, by their lists.
    #[inline(always)]
    fn rows<E: Eights<T>>(&mut self, eights: E, tile: usize, strip: usize, found: &[u32]) {
        let (counts, found) = found.split_at(ROWS);
        for i in 0..ROWS {
            let mut sums = [[eights.splat(T::zero()); 2]; STRIPS];
            let left = self.left(tile);
            let mut right = [&self.right[..0]; STRIPS];
            for (s, right) in right.iter_mut().enumerate() {
                *right = &self.right(strip + s)[..left.len()];
            }
            for &place in &found[i * listed_len(left.len())..][..counts[i] as usize] {
                let place = place as usize;
                let number = eights.splat(left[place][i]);
                for s in 0..STRIPS {
                    let right = &right[s][place];
                    sums[s][0] = eights.multiply_add(number, eights.load(eight(right)), sums[s][0]);
                    sums[s][1] = eights.multiply_add(number, eights.load(eight(&right[EIGHT..])), sums[s][1]);
                }
            }
            for (s, sums) in sums.into_iter().enumerate() {
                self.store(eights, tile * ROWS + i, strip + s, sums);
            }
        }
    }

    /// Adds sums to the bias in the first steps, to what is there in later ones. What is beyond the last row or column is not kept.
    #[inline(always)]
    fn store<E: Eights<T>>(&mut self, eights: E, row: usize, strip: usize, sums: [E::Eight; 2]) {
        let Some(output) = self.output.get_mut(row * self.m..(row + 1) * self.m) else { return };
        for (half, sum) in sums.into_iter().enumerate() {
            let column = strip * COLUMNS + half * EIGHT;
            let columns = column.min(self.m)..self.m.min(column + EIGHT);
            let output = &mut output[columns.clone()];
            let sum = match (self.steps.0, self.bias) {
                (0, None) => sum,
                (0, Some(bias)) => eights.add(sum, eights.load_some(&bias[columns])),
                _ => eights.add(sum, eights.load_some(output)),
            };
            match output.first_chunk_mut() {
                Some(output) => eights.store(sum, output),
                None => {
                    let mut numbers = [T::zero(); EIGHT];
                    eights.store(sum, &mut numbers);
                    output.copy_from_slice(&numbers[..output.len()]);
                }
            }
        }
    }
}
