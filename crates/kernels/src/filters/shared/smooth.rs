//! Smoothing of 8-bit numbers in 16 bits: a vector holds twice as many of them as of floats.

use glassbox_simd::{Aligned, ByteVectors, Level, Register, chunk_starts, with_byte_vectors};

use crate::Pixel;
use crate::operator::Rows;

/// Most weights in a row or column. With more, rounding errors could exceed a quarter of a grey level.
pub(in crate::filters) const MOST_WEIGHTS: usize = 63;

/// Fractional bits of the sums of columns.
const FRACTION: u32 = 7;

/// Most 8-bit numbers in a register.
const MOST_BYTES: usize = 64;

/// Half a grey level.
const HALF: u16 = 1 << (FRACTION - 1);

/// Sums of 8-bit numbers with symmetric weights that are not negative and add up to 1; the same for columns and rows.
///
/// Weights are multiples of 2⁻¹⁶. Every product is cut off after 7 fractional bits, and the average loss is added back.
/// About one result in a hundred differs by a grey level from the rounded exact sum.
#[derive(Debug)]
pub(in crate::filters) struct Smooth {
    /// The weight of each symmetric pair, the outermost first, then the weight of the middle.
    weights: Vec<u16>,
    channels: usize,
    /// Sums of columns.
    columns: Aligned<u16>,
}

impl Smooth {
    /// From all weights; their number is odd.
    pub(in crate::filters) fn new(weights: &[f32], channels: usize) -> Self {
        let (middle, pairs) = weights[..=weights.len() / 2].split_last().expect("one weight at least");
        let whole = |weight: &f32, most: u16| (weight * 65536.0).round().min(f32::from(most)) as u16;
        // Neither of a pair can exceed a half.
        let mut weights: Vec<_> = pairs.iter().map(|weight| whole(weight, u16::MAX / 2)).collect();
        weights.push(whole(middle, u16::MAX));
        Self { weights, channels, columns: Aligned::default() }
    }

    /// # Panics
    /// If the numbers are not of 8 bits.
    #[inline(always)]
    pub(in crate::filters) fn row<T: Pixel>(&mut self, rows: Rows<T>, out: &mut [T]) {
        let Self { weights, channels, columns } = self;
        let (length, last, c) = (rows.get(0).len(), 2 * (weights.len() - 1), *channels);
        if columns.get().len() != length {
            *columns = Aligned::zeros(length);
        }
        let bytes = |y: usize| T::bytes(rows.get(y)).expect("numbers of 8 bits");
        let out = T::bytes_mut(out).expect("numbers of 8 bits");
        let pairs: Vec<_> = (0..weights.len()).map(|i| [bytes(i), bytes(last - i)]).collect();
        let level = if out.len() < MOST_BYTES { Level::BASELINE } else { rows.level() };
        with_byte_vectors!(
            level,
            byte_vectors => weigh_rows(byte_vectors, columns.get_mut(), weights, &pairs),
            else weigh(columns.get_mut(), weights, &pairs, |a| u16::from(a) << FRACTION, |sum| sum)
        );
        let columns = columns.get();
        let pairs: Vec<_> = (0..weights.len()).map(|i| [&columns[i * c..], &columns[(last - i) * c..]]).collect();
        with_byte_vectors!(
            level,
            byte_vectors => weigh_columns(byte_vectors, out, weights, &pairs),
            else weigh(out, weights, &pairs, |sum| sum, |sum| ((sum + HALF) >> FRACTION).min(255) as u8)
        );
    }
}

/// The average loss of the products by cutting off.
fn lost(weights: &[u16]) -> u16 {
    (weights.len() / 2) as u16
}

#[inline(always)]
fn weigh_rows<R: Register>(byte_vectors: ByteVectors<R>, out: &mut [u16], weights: &[u16], sources: &[[&[u8]; 2]]) {
    let middle = weights.len() - 1;
    for start in chunk_starts(R::BYTES, out) {
        let [here, _] = sources[middle];
        let here = byte_vectors.load(&here[start..]);
        let mut sum =
            byte_vectors.splat_words(lost(weights) as i16).add(here.weigh(64, here, 64).upper_product(weights[middle]));
        for (&weight, [a, b]) in weights[..middle].iter().zip(sources) {
            let both = byte_vectors.load(&a[start..]).weigh(64, byte_vectors.load(&b[start..]), 64);
            sum = sum.add(both.upper_product(2 * weight));
        }
        sum.store(&mut out[start..]);
    }
}

#[inline(always)]
fn weigh_columns<R: Register>(byte_vectors: ByteVectors<R>, out: &mut [u8], weights: &[u16], sources: &[[&[u16]; 2]]) {
    let middle = weights.len() - 1;
    for start in chunk_starts(R::BYTES, out) {
        let [here, _] = sources[middle];
        let here = byte_vectors.load_words(&here[start..]).upper_product(weights[middle]);
        let mut sum = byte_vectors.splat_words((lost(weights) + HALF) as i16).add(here);
        for (&weight, [a, b]) in weights[..middle].iter().zip(sources) {
            let both = byte_vectors.load_words(&a[start..]).add(byte_vectors.load_words(&b[start..]));
            sum = sum.add(both.upper_product(weight));
        }
        sum.shift_right(FRACTION).saturate_in_order().store(&mut out[start..]);
    }
}

/// `out[x] = finish(Σ weight · (lifted a[x] + lifted b[x]))`; the last weight counts `a` alone.
#[inline(always)]
fn weigh<S: Copy, U: Copy>(
    out: &mut [U],
    weights: &[u16],
    sources: &[[&[S]; 2]],
    lifted: impl Fn(S) -> u16,
    finish: impl Fn(u16) -> U,
) {
    let middle = weights.len() - 1;
    let product = |number: u16, weight: u16| ((u32::from(number) * u32::from(weight)) >> 16) as u16;
    for (x, out) in out.iter_mut().enumerate() {
        let here = product(lifted(sources[middle][0][x]), weights[middle]);
        let pairs = weights[..middle].iter().zip(sources);
        let around = pairs.map(|(&weight, [a, b])| product(lifted(a[x]) + lifted(b[x]), weight)).sum::<u16>();
        *out = finish(lost(weights) + here + around);
    }
}
