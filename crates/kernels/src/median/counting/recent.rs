//! The last rows, and how many of their numbers are below thresholds.

use glassbox_simd::{Aligned, ByteVectors, Register};

/// Columns that are counted at a time.
pub(super) const COLUMNS: usize = 64;

/// The last rows, split into channels.
#[derive(Debug, Default)]
pub(super) struct Recent {
    rows: Aligned<u8>,
    /// Numbers of one channel in a row, with those that are read beyond its end.
    plane: usize,
    channels: usize,
    /// How many rows are kept: a power of two.
    kept: usize,
    count: usize,
}

impl Recent {
    pub(super) fn new(size: usize, channels: usize, plane: usize) -> Self {
        let kept = (size + most_missed(size)).next_power_of_two();
        Self { rows: Aligned::zeros(kept * channels * plane), plane, channels, kept, count: 0 }
    }

    /// How many rows have entered so far.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds the next row.
    pub(super) fn enter(&mut self, row: &[u8]) {
        let (channels, plane) = (self.channels, self.plane);
        let start = self.start(self.count);
        let pvectors = self.rows.get_mut()[start..][..channels * plane].chunks_exact_mut(plane);
        let width = row.len() / channels;
        for (channel, plane) in pvectors.enumerate() {
            let (inside, beyond) = plane.split_at_mut(width);
            if channels == 1 {
                inside.copy_from_slice(row);
            } else {
                inside.iter_mut().zip(row.iter().skip(channel).step_by(channels)).for_each(|(to, from)| *to = *from);
            }
            // Windows beyond the end have results as well: with these numbers they cost few thresholds.
            beyond.fill(inside[width - 1]);
        }
        self.count += 1;
    }

    /// Where the row with number `index` begins.
    fn start(&self, index: usize) -> usize {
        (index & (self.kept - 1)) * self.channels * self.plane
    }

    /// A block of the row with number `index`.
    #[inline(always)]
    fn row(&self, index: usize, (channel, start): (usize, usize)) -> &[u8; COLUMNS] {
        let row = &self.rows.get()[self.start(index) + channel * self.plane + start..];
        row.first_chunk().expect("rows end with a whole block")
    }
}

/// How many rows counts may have missed: after more of them they are made anew rather than updated.
fn most_missed(size: usize) -> usize {
    size / 2 + 1
}

/// How many numbers of each column are below a threshold, for all thresholds that were needed.
#[derive(Debug, Default)]
pub(super) struct Below {
    size: usize,
    /// The counts by block, threshold and column.
    counts: Aligned<u8>,
    /// How many rows had entered when counts were last updated, by block and threshold; 0 if never.
    counted: Vec<[usize; 256]>,
}

impl Below {
    pub(super) fn new(size: usize, blocks: usize) -> Self {
        Self { size, counts: Aligned::zeros(blocks * 256 * COLUMNS), counted: vec![[0; 256]; blocks] }
    }

    /// The counts of a block, updated for some thresholds; those of others are older.
    #[inline(always)]
    pub(super) fn update<R: Register>(
        &mut self,
        vectors: ByteVectors<R>,
        thresholds: &[u8],
        block: usize,
        recent: &Recent,
        position: (usize, usize),
    ) -> &[[u8; COLUMNS]; 256] {
        let (size, now) = (self.size, recent.count);
        let counts = &mut self.counts.get_mut().as_chunks_mut::<COLUMNS>().0.as_chunks_mut::<256>().0[block];
        let counted = &mut self.counted[block];
        let (enters, leaves) = (recent.row(now - 1, position), recent.row((now - 1).wrapping_sub(size), position));
        for &threshold in thresholds {
            let counts = &mut counts[usize::from(threshold)];
            let counted = std::mem::replace(&mut counted[usize::from(threshold)], now);
            // A number is below the threshold if it is at most one less.
            let most = vectors.splat(threshold - 1);
            if counted + 1 == now {
                for i in (0..COLUMNS).step_by(R::BYTES) {
                    let enters = vectors.load(&enters[i..]).is_at_most(most);
                    let leaves = vectors.load(&leaves[i..]).is_at_most(most);
                    vectors.load(&counts[i..]).count_up(enters).count_down(leaves).store(&mut counts[i..]);
                }
                continue;
            }
            let is_new = counted == 0 || now - counted > most_missed(size);
            let rows = if is_new { now - size..now } else { counted..now };
            for i in (0..COLUMNS).step_by(R::BYTES) {
                let mut count = if is_new { vectors.zeros() } else { vectors.load(&counts[i..]) };
                for row in rows.clone() {
                    count = count.count_up(vectors.load(&recent.row(row, position)[i..]).is_at_most(most));
                    if !is_new {
                        count = count.count_down(vectors.load(&recent.row(row - size, position)[i..]).is_at_most(most));
                    }
                }
                count.store(&mut counts[i..]);
            }
        }
        counts
    }
}
