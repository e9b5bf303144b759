use glassbox_simd::{Aligned, ByteVectors, Register};

/// The newest rows, the numbers of one channel behind each other.
#[derive(Debug, Default)]
pub(super) struct Recent {
    rows: Aligned<u8>,
    /// Numbers of one channel in a row, with what is read beyond its end.
    plane: usize,
    channels: usize,
    /// Rows that are kept: a power of two.
    kept: usize,
    count: usize,
}

impl Recent {
    pub(super) fn new(size: usize, channels: usize, plane: usize) -> Self {
        let kept = (size + most_behind(size)).next_power_of_two();
        Self { rows: Aligned::zeros(kept * channels * plane), plane, channels, kept, count: 0 }
    }

    /// Rows that have entered so far.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn enter(&mut self, row: &[u8]) {
        let (channels, plane) = (self.channels, self.plane);
        let start = self.start(self.count);
        let planes = self.rows.get_mut()[start..][..channels * plane].chunks_exact_mut(plane);
        let width = row.len() / channels;
        for (channel, plane) in planes.enumerate() {
            let (within, beyond) = plane.split_at_mut(width);
            if channels == 1 {
                within.copy_from_slice(row);
            } else {
                within.iter_mut().zip(row.iter().skip(channel).step_by(channels)).for_each(|(to, from)| *to = *from);
            }
            // Windows beyond the end find what is likely near.
            beyond.fill(within[width - 1]);
        }
        self.count += 1;
    }

    fn start(&self, index: usize) -> usize {
        (index & (self.kept - 1)) * self.channels * self.plane
    }

    /// A stretch of the row that entered as the `index`th.
    #[inline(always)]
    fn row(&self, index: usize, (channel, start): (usize, usize)) -> &[u8; COLUMNS] {
        let row = &self.rows.get()[self.start(index) + channel * self.plane + start..];
        row.first_chunk().expect("as many numbers as a stretch has columns")
    }
}

/// Rows by which counts may lie behind and still be brought up to date rather than made anew.
fn most_behind(size: usize) -> usize {
    size / 2 + 1
}

/// Columns that are worked on at a time.
pub(super) const COLUMNS: usize = 64;

/// How many numbers of each column are below each threshold, for those thresholds that were asked for.
#[derive(Debug, Default)]
pub(super) struct Below {
    size: usize,
    /// For each stretch, for each threshold, for each column.
    counts: Aligned<u8>,
    /// How many rows had entered when the counts were made; 0 if never.
    counted: Vec<[usize; 256]>,
}

impl Below {
    pub(super) fn new(size: usize, stretches: usize) -> Self {
        Self { size, counts: Aligned::zeros(stretches * 256 * COLUMNS), counted: vec![[0; 256]; stretches] }
    }

    /// The counts of a stretch, brought up to date for some thresholds; of others they are older.
    #[inline(always)]
    pub(super) fn update<R: Register>(
        &mut self,
        lanes: ByteVectors<R>,
        thresholds: &[u8],
        stretch: usize,
        recent: &Recent,
        place: (usize, usize),
    ) -> &[[u8; COLUMNS]; 256] {
        let (size, now) = (self.size, recent.count);
        let counts = &mut self.counts.get_mut().as_chunks_mut::<COLUMNS>().0.as_chunks_mut::<256>().0[stretch];
        let counted = &mut self.counted[stretch];
        let (enters, leaves) = (recent.row(now - 1, place), recent.row((now - 1).wrapping_sub(size), place));
        for &threshold in thresholds {
            let counts = &mut counts[usize::from(threshold)];
            let counted = std::mem::replace(&mut counted[usize::from(threshold)], now);
            // A number is below the threshold if it is at most the one before.
            let most = lanes.splat(threshold - 1);
            if counted + 1 == now {
                for i in (0..COLUMNS).step_by(R::BYTES) {
                    let enters = lanes.load(&enters[i..]).is_at_most(most);
                    let leaves = lanes.load(&leaves[i..]).is_at_most(most);
                    lanes.load(&counts[i..]).count_up(enters).count_down(leaves).store(&mut counts[i..]);
                }
                continue;
            }
            let is_new = counted == 0 || now - counted > most_behind(size);
            let rows = if is_new { now - size..now } else { counted..now };
            for i in (0..COLUMNS).step_by(R::BYTES) {
                let mut count = if is_new { lanes.zeros() } else { lanes.load(&counts[i..]) };
                for row in rows.clone() {
                    count = count.count_up(lanes.load(&recent.row(row, place)[i..]).is_at_most(most));
                    if !is_new {
                        count = count.count_down(lanes.load(&recent.row(row - size, place)[i..]).is_at_most(most));
                    }
                }
                count.store(&mut counts[i..]);
            }
        }
        counts
    }
}
