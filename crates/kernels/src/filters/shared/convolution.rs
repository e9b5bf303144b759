//! Correlation with a matrix: sums of weighted pixels, in 32-bit floating point.
//!
//! It holds pixels of 8 and 16 bits exactly, and sums of them with whole weights as long as they stay below 2²⁴.

use glassbox_simd::{Aligned, OnLines, chunk_starts};

use super::signed::Signed;
use crate::Pixel;
use crate::operator::{Depth, Rows, Window};

impl Finish {
    /// The number that a sum becomes.
    pub(in crate::filters) fn formula(self, sum: f64, depth: Depth) -> f64 {
        self.signed.formula(sum / self.divisor, depth) + self.offset * depth.full
    }
}

/// Largest side of a matrix.
pub(in crate::filters) const LARGEST: usize = 31;

/// Numbers that are summed at a time: a few vectors, which stay in registers.
const CHUNK: usize = 64;

/// A matrix of weights. A product of a column and a row is kept as such, which is less work.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::filters) enum Matrix {
    /// Weight `[y, x]` is `column[y] · row[x]`.
    Separable {
        /// Weights of the rows of the window.
        column: Vec<f32>,
        /// Weights within a row.
        row: Vec<f32>,
    },
    /// Any weights, a list a row, all of one length.
    Full(Vec<Vec<f32>>),
}

impl Matrix {
    /// Finds out whether the matrix is a column times a row.
    ///
    /// # Panics
    /// If there are no weights, or rows of different lengths.
    pub(in crate::filters) fn new(weights: &[Vec<f64>]) -> Self {
        let weights: Vec<Vec<_>> =
            weights.iter().map(|row| row.iter().map(|weight| *weight as f32).collect()).collect();
        let width = weights[0].len();
        assert!(width > 0 && weights.iter().all(|row| row.len() == width), "Matrix: expected rows of one length");
        // The row with the smallest weight: if weights are whole, the others are likely to be whole multiples of it.
        let smallest = |row: &[f32]| {
            row.iter().filter(|weight| **weight != 0.0).fold(f32::MAX, |least, weight| least.min(weight.abs()))
        };
        let Some(row) = weights
            .iter()
            .filter(|row| row.iter().any(|weight| *weight != 0.0))
            .min_by(|a, b| smallest(a).total_cmp(&smallest(b)))
        else {
            return Self::Separable { column: vec![0.0; weights.len()], row: vec![0.0; width] };
        };
        let pivot = (0..width).max_by(|&a, &b| row[a].abs().total_cmp(&row[b].abs())).expect("rows are not empty");
        let column: Vec<f32> = weights.iter().map(|weights| weights[pivot] / row[pivot]).collect();
        let same = weights
            .iter()
            .zip(&column)
            .all(|(weights, &times)| weights.iter().zip(row).all(|(&weight, &row)| weight == times * row));
        if same { Self::Separable { column, row: row.clone() } } else { Self::Full(weights) }
    }

    /// Rows and columns.
    pub(in crate::filters) fn size(&self) -> (usize, usize) {
        match self {
            Matrix::Separable { column, row } => (column.len(), row.len()),
            Matrix::Full(weights) => (weights.len(), weights[0].len()),
        }
    }

    /// The window around the middle weight. If a side is even, one more row or column lies before it than after it.
    pub(in crate::filters) fn window(&self) -> Window {
        let (height, width) = self.size();
        let (rows, columns) = (Window::centred(height), Window::centred(width));
        Window { left: columns.left, right: columns.right, ..rows }
    }
}

/// Sums of weighted pixels, row by row.
#[derive(Debug)]
pub(in crate::filters) struct Sums {
    matrix: Matrix,
    channels: usize,
    /// The sums of the columns, if the matrix is separable.
    columns: Aligned<f32>,
}

impl Sums {
    pub(in crate::filters) fn new(matrix: Matrix, channels: usize) -> Self {
        Self { matrix, channels, columns: Aligned::default() }
    }

    /// `out[x] = finish(Σ weight · pixel)` over the window at `x`.
    #[inline(always)]
    pub(in crate::filters) fn row<T: Pixel, U: Copy>(
        &mut self,
        rows: Rows<T>,
        out: &mut [U],
        finish: impl Fn(f32) -> U,
    ) {
        let (length, c) = (rows.get(0).len(), self.channels);
        match &self.matrix {
            Matrix::Separable { column, row } => {
                if self.columns.get().len() != length {
                    self.columns = Aligned::zeros(length);
                }
                add_up(self.columns.get_mut(), &fold(column, |y| rows.get(y)), |sum| sum);
                let columns = self.columns.get();
                add_up(out, &fold(row, |x| &columns[x * c..]), finish);
            }
            Matrix::Full(weights) => {
                let taps = weights.iter().enumerate().flat_map(|(y, weights)| {
                    weights.iter().enumerate().map(move |(x, &weight)| (weight, &rows.get(y)[x * c..], None))
                });
                add_up(out, &taps.filter(|(weight, ..)| *weight != 0.0).collect::<Vec<_>>(), finish);
            }
        }
    }
}

/// A weight, and the numbers that it weighs: those of one list, or the sums of two.
type Term<'a, T> = (f32, &'a [T], Option<&'a [T]>);

/// A term for each weight; if the weights are symmetric, one for each pair.
fn fold<'a, T>(weights: &[f32], source: impl Fn(usize) -> &'a [T]) -> Vec<Term<'a, T>> {
    let last = weights.len() - 1;
    if weights.iter().ne(weights.iter().rev()) {
        return weights.iter().enumerate().map(|(i, &weight)| (weight, source(i), None)).collect();
    }
    let other = |i: usize| (i < last - i).then(|| source(last - i));
    (0..=last / 2).map(|i| (weights[i], source(i), other(i))).collect()
}

/// `out[i] = finish(Σ weight · source[i])`, from the first term on.
#[inline(always)]
fn add_up<T: Pixel, U: Copy>(out: &mut [U], terms: &[Term<T>], finish: impl Fn(f32) -> U) {
    for start in chunk_starts(CHUNK, out) {
        let mut sums = OnLines([0.0; CHUNK]);
        let sums = &mut sums.0;
        for (weight, a, b) in terms {
            let a = &a[start..start + CHUNK];
            match b.map(|b| &b[start..start + CHUNK]) {
                Some(b) => {
                    for i in 0..CHUNK {
                        sums[i] += weight * T::real_sum(a[i], b[i]);
                    }
                }
                None => {
                    for i in 0..CHUNK {
                        sums[i] += weight * a[i].to_real();
                    }
                }
            }
        }
        let chunk = &mut out[start..start + CHUNK];
        for i in 0..CHUNK {
            chunk[i] = finish(sums[i]);
        }
    }
    if out.len() < CHUNK {
        for (i, out) in out.iter_mut().enumerate() {
            let numbers = |a: &[T], b: Option<&[T]>| b.map_or_else(|| a[i].to_real(), |b| T::real_sum(a[i], b[i]));
            *out = finish(terms.iter().fold(0.0, |sum, (weight, a, b)| sum + weight * numbers(a, *b)));
        }
    }
}

/// What a sum becomes: it is divided, a negative one is dealt with, and an offset is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::filters) struct Finish {
    pub(in crate::filters) divisor: f64,
    /// Part of the range.
    pub(in crate::filters) offset: f64,
    pub(in crate::filters) signed: Signed,
}

impl Finish {
    /// Makes a row of the output.
    #[inline(always)]
    pub(in crate::filters) fn row<T: Pixel>(self, sums: &mut Sums, rows: Rows<T>, out: &mut [T]) {
        let (divisor, offset, signed) = (self.divisor as f32, self.offset as f32, self.signed);
        // Half of the range of 8 bits is 128, not 127.5.
        let half = if signed == Signed::Offset { T::from_real(T::FULL / 2.0).to_real() } else { 0.0 };
        let offset = offset * T::FULL + half;
        match (signed == Signed::Absolute, divisor == 1.0) {
            (true, _) => sums.row(rows, out, |sum| T::from_real((sum / divisor).abs() + offset)),
            (false, true) => sums.row(rows, out, |sum| T::from_real(sum + offset)),
            (false, false) => sums.row(rows, out, |sum| T::from_real(sum / divisor + offset)),
        }
    }
}
