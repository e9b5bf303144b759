//! Features of training pictures, and how near to them other pictures are.

use glassbox_tensor::Matrix;

use super::features::{feature, hidden_node};
use crate::run::{argmax, look};
use crate::{Dataset, Error, Net, Real, spread};

/// Pictures of the bank: so many a class, and no more in all.
const OF_EACH_CLASS: usize = 200;
const MOST: usize = 2048;

/// Most held-out pictures.
const MOST_HELD_OUT: usize = 1000;

/// One picture of so many is held out, if nothing is held out yet.
const HELD_OUT_SHARE: usize = 3;

/// The distance of a picture is that to its k-th nearest neighbour in the bank.
pub(super) const NEAREST: usize = 5;

/// Similarities below this are unfamiliar: 95 % of the held-out training pictures are at it or above.
pub const UNFAMILIAR: f64 = 0.05;

/// What a model keeps of its training pictures, to tell how much another picture is like them.
#[derive(Clone, Debug, PartialEq)]
pub struct Bank {
    /// `[pictures, width]`: features, each number `low + step·byte`.
    pub(super) features: Matrix<u8>,
    pub(super) low: f32,
    pub(super) step: f32,
    /// Distances of held-out training pictures, the nearest first.
    pub(super) distances: Vec<f32>,
    /// The share of the pictures above that the net gets right.
    pub(super) accuracy: f64,
}

impl Bank {
    /// Draws the bank from training pictures, spread over the classes: 200 of each, at most 2048, and up to 1000 that
    /// are held out of it, from `held_out` if there are any. None of fewer than two pictures.
    ///
    /// The bank takes at most 1 MiB, a byte a number.
    ///
    /// # Errors
    /// If pictures and net do not fit.
    pub fn new<T: Real>(
        net: &Net<T>,
        pictures: Dataset,
        held_out: Option<Dataset>,
        seed: u64,
    ) -> Result<Option<Self>, Error> {
        let held_out = held_out.filter(|held_out| !held_out.is_empty());
        let taken = if held_out.is_some() { 0 } else { (pictures.len() / HELD_OUT_SHARE).clamp(1, MOST_HELD_OUT) };
        if pictures.len() <= taken {
            return Ok(None);
        }
        let mut classes = [false; 256];
        pictures.labels.iter().for_each(|&label| classes[usize::from(label)] = true);
        let classes = classes.into_iter().filter(|is_there| *is_there).count();
        let count = (OF_EACH_CLASS * classes).min(MOST).min(pictures.len() - taken);
        let all: Vec<u32> = (0..pictures.len() as u32).collect();
        let [bank, rest] = draw(pictures, &all, count, seed);
        let (from, left) = match held_out {
            Some(held_out) => (held_out, (0..held_out.len() as u32).collect()),
            None => (pictures, rest),
        };
        let [held_out, _] = draw(from, &left, left.len().min(MOST_HELD_OUT), seed);
        let hidden = hidden_node(net);
        let look = |pictures: Dataset, chosen: &[u32]| {
            let found = look(net, pictures, chosen, |nodes| (feature(nodes[hidden]), argmax(nodes[nodes.len() - 1])))?;
            let hits = found.iter().zip(chosen).filter(|((_, answer), at)| *answer == pictures.label(**at)).count();
            Ok::<_, Error>((found.into_iter().map(|(feature, _)| feature).collect::<Vec<_>>(), hits))
        };
        let ((features, hits), (others, more_hits)) = (look(pictures, &bank)?, look(from, &held_out)?);
        let mut bank = Self::packed(&features);
        bank.distances = others.iter().map(|feature| bank.distance(feature)).collect();
        bank.distances.sort_by(f32::total_cmp);
        bank.accuracy = (hits + more_hits) as f64 / (features.len() + others.len()) as f64;
        Ok(Some(bank))
    }

    /// The features as bytes.
    fn packed(features: &[Vec<f32>]) -> Self {
        let all = || features.iter().flatten().copied();
        let low = all().fold(f32::INFINITY, f32::min);
        let high = all().fold(f32::NEG_INFINITY, f32::max);
        let step = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
        let bytes = all().map(|x| ((x - low) / step).round() as u8).collect();
        let shape = [features.len(), features.first().map_or(0, Vec::len)];
        let features = Matrix::from_vec(shape, bytes).expect("as many as there were");
        Self { features, low, step, distances: Vec::new(), accuracy: 0.0 }
    }

    /// Pictures of the bank.
    pub fn pictures(&self) -> usize {
        self.features.nrows()
    }

    /// The share of the training pictures drawn for the bank and held out of it that the net gets right.
    pub fn accuracy(&self) -> f64 {
        self.accuracy
    }

    /// The distance to the k-th nearest picture of the bank.
    pub(super) fn distance(&self, feature: &[f32]) -> f32 {
        // In steps, so that bytes need not be unpacked.
        let feature: Vec<f32> = feature.iter().map(|x| (x - self.low) / self.step).collect();
        let rows = self.features.as_slice().chunks_exact(feature.len().max(1));
        let mut all: Vec<f32> = rows.map(|row| square_distance(&feature, row)).collect();
        let place = NEAREST.min(all.len()) - 1;
        let (_, square, _) = all.select_nth_unstable_by(place, f32::total_cmp);
        square.sqrt() * self.step
    }

    /// The share of held-out training pictures that are no nearer to the bank than a picture at this distance.
    pub(super) fn similarity(&self, distance: f32) -> f64 {
        let nearer = self.distances.partition_point(|held_out| *held_out < distance);
        (self.distances.len() - nearer) as f64 / self.distances.len() as f64
    }
}

/// The chosen pictures, and those that are left.
fn draw(pictures: Dataset, from: &[u32], count: usize, seed: u64) -> [Vec<u32>; 2] {
    let labels: Vec<u8> = from.iter().map(|&at| pictures.labels[at as usize]).collect();
    let chosen = spread(&labels, count, seed);
    [true, false].map(|part| from.iter().zip(&chosen).filter(|(_, is)| **is == part).map(|(at, _)| *at).collect())
}

/// `Σ (xᵢ − bᵢ)²` in sixteen sums, which the compiler keeps in registers.
fn square_distance(feature: &[f32], row: &[u8]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (parts, bytes) = (feature.as_chunks::<16>(), row.as_chunks::<16>());
    for (feature, row) in parts.0.iter().zip(bytes.0) {
        for ((sum, x), b) in sums.iter_mut().zip(feature).zip(row) {
            let apart = x - f32::from(*b);
            *sum += apart * apart;
        }
    }
    let rest = parts.1.iter().zip(bytes.1).map(|(x, b)| (x - f32::from(*b)) * (x - f32::from(*b))).sum::<f32>();
    sums.iter().sum::<f32>() + rest
}
