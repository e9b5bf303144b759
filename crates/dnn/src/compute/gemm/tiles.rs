//! Tiles of dense rows and lists of sparse ones.

use glassbox_simd::{FloatTask, FloatVectors, Vectors};

use super::{COLUMNS, ROWS};
use crate::Real;
use crate::compute::sparse::{list_nonzero, listed_len};

/// Steps of the sum between two visits to memory: a strip of the right matrix so long stays in the first cache.
const DEPTH: usize = 256;
/// Tiles below one another whose lists are made at a time.
pub(super) const BLOCK: usize = 16;
/// Strips of the right matrix that a list goes through at once; twice as many where registers are wide.
const STRIPS: usize = 4;
/// Numbers of the lists of a tile: the number of indices of each row, then the indices.
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

impl<T: Real> FloatTask<T> for Multiply<'_, T> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, floats: E) {
        let Self { left, right, bias, output, depth, m, found } = self;
        let strips = m.div_ceil(COLUMNS);
        // Fewer strips always go through tiles.
        let listed = strips / STRIPS * STRIPS;
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
                        *sparse = here.list(floats, tile, found);
                    }
                }
                let dense = |strip| (0..tiles).filter(move |&tile| strip >= listed || !sparse[tile]);
                let mut strip = 0;
                while E::IS_WIDE && strip + 2 <= strips {
                    dense(strip).for_each(|tile| here.tile::<_, 2>(floats.sixteens(), tile, strip));
                    strip += 2;
                }
                for strip in strip..strips {
                    dense(strip).for_each(|tile| here.tile::<_, 1>(floats.sixteens(), tile, strip));
                }
                let sparse =
                    || (0..tiles).filter(|&tile| sparse[tile]).map(|tile| (tile, &found[tile * TILE_PLACES..]));
                let mut strip = 0;
                while E::IS_WIDE && strip + 2 * STRIPS <= listed {
                    sparse().for_each(|(tile, found)| {
                        here.rows::<_, { 2 * STRIPS }>(floats.sixteens(), tile, strip, found)
                    });
                    strip += 2 * STRIPS;
                }
                while strip < listed {
                    sparse().for_each(|(tile, found)| here.rows::<_, STRIPS>(floats.sixteens(), tile, strip, found));
                    strip += STRIPS;
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
    /// The strip of the left matrix for a tile.
    #[inline(always)]
    fn left(&self, tile: usize) -> &[[T; ROWS]] {
        &self.left[tile * self.depth..][self.steps.0..self.steps.1]
    }

    /// The strips of the right matrix for a tile.
    #[inline(always)]
    fn strips<const S: usize>(&self, strip: usize, steps: usize) -> [&[[T; COLUMNS]]; S] {
        let mut strips = [&self.right[..0]; S];
        for (s, right) in strips.iter_mut().enumerate() {
            *right = &self.right[(strip + s) * self.depth + self.steps.0..][..steps];
        }
        strips
    }

    /// Lists the numbers of a tile that are not zero, and tells whether they are so few that lists are faster than
    /// tiles.
    #[inline(always)]
    fn list<E: FloatVectors<T>>(&self, floats: E, tile: usize, found: &mut [u32]) -> bool {
        let left = self.left(tile);
        let (counts, found) = found.split_at_mut(ROWS);
        list_nonzero(floats, left.as_flattened(), None, counts, found);
        let listed: u32 = counts.iter().sum();
        10 * listed as usize <= 3 * ROWS * left.len()
    }

    /// A tile of results in `S` strips, kept in registers until the last step.
    #[inline(always)]
    fn tile<V: Vectors<T, COLUMNS>, const S: usize>(&mut self, vectors: V, tile: usize, strip: usize) {
        let mut sums = [[vectors.splat(T::zero()); S]; ROWS];
        let left = self.left(tile);
        let right = self.strips::<S>(strip, left.len());
        for (step, left) in left.iter().enumerate() {
            let mut loaded = [vectors.splat(T::zero()); S];
            for s in 0..S {
                loaded[s] = vectors.load(&right[s][step]);
            }
            for i in 0..ROWS {
                let number = vectors.splat(left[i]);
                for s in 0..S {
                    sums[i][s] = vectors.multiply_add(number, loaded[s], sums[i][s]);
                }
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            self.store(vectors, tile * ROWS + i, strip, sums);
        }
    }

    /// The results of a tile's rows in `S` strips, by their lists.
    #[inline(always)]
    fn rows<V: Vectors<T, COLUMNS>, const S: usize>(&mut self, vectors: V, tile: usize, strip: usize, found: &[u32]) {
        let (counts, found) = found.split_at(ROWS);
        for i in 0..ROWS {
            let mut sums = [vectors.splat(T::zero()); S];
            let left = self.left(tile);
            let right = self.strips::<S>(strip, left.len());
            for &place in &found[i * listed_len(left.len())..][..counts[i] as usize] {
                let place = place as usize;
                let number = vectors.splat(left[place][i]);
                for s in 0..S {
                    sums[s] = vectors.multiply_add(number, vectors.load(&right[s][place]), sums[s]);
                }
            }
            self.store(vectors, tile * ROWS + i, strip, sums);
        }
    }

    /// Adds the sums to the bias in the first steps, to the output in later ones. Sums beyond the last row or column
    /// are dropped.
    #[inline(always)]
    fn store<V: Vectors<T, COLUMNS>, const S: usize>(
        &mut self,
        vectors: V,
        row: usize,
        strip: usize,
        sums: [V::Vector; S],
    ) {
        let Some(output) = self.output.get_mut(row * self.m..(row + 1) * self.m) else { return };
        for (s, sum) in sums.into_iter().enumerate() {
            let column = (strip + s) * COLUMNS;
            let columns = column..self.m.min(column + COLUMNS);
            let output = &mut output[columns.clone()];
            let sum = match (self.steps.0, self.bias) {
                (0, None) => sum,
                (0, Some(bias)) => vectors.add(sum, vectors.load_some(&bias[columns])),
                _ => vectors.add(sum, vectors.load_some(output)),
            };
            match output.first_chunk_mut() {
                Some(output) => vectors.store(sum, output),
                None => {
                    let mut numbers = [T::zero(); COLUMNS];
                    vectors.store(sum, &mut numbers);
                    output.copy_from_slice(&numbers[..output.len()]);
                }
            }
        }
    }
}
