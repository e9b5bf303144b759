//! Medians of large windows by tiles that share the merges of sorted lists.

mod layout;
mod merges;
mod sorting;
mod tiling;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use glassbox_simd::{Aligned, Level, dispatch};

use layout::{LENGTH, Layout, MergeList};
use merges::{Merges, are_compiled, line_at};
use tiling::{TILE, Tiling};

use crate::Pixel;
use crate::operator::{Kernel, Rows};

/// How many rows below a window its tile reads as well.
pub(crate) const AHEAD: usize = TILE - 1;

/// The median of a square window, by merges of sorted lists that the windows of a tile share.
///
/// Tiles are four rows high, so every fourth row makes four rows of output. Tiles side by side are worked on together:
/// a line holds the same value for each of them.
#[derive(Debug)]
pub(crate) struct Tiles<T> {
    size: usize,
    channels: usize,
    layout: Option<Arc<Layout>>,
    lines: Aligned<T>,
    /// The last rows of the picture, split by [`split_row`], in a ring. `top` is the first row of the present windows.
    rows: Aligned<T>,
    top: usize,
    /// The rows of output of the present tiles, and which is next.
    made: Vec<T>,
    next: usize,
}

/// The layout for a window size, cached for all pictures. Lines are as long as a register if the layout fits.
fn layout<T: Pixel>(size: usize, level: Level) -> Arc<Layout> {
    static LAYOUTS: Mutex<BTreeMap<(usize, usize, bool), Arc<Layout>>> = Mutex::new(BTreeMap::new());
    let are_compiled = are_compiled::<T>(level);
    let bytes = if level.byte_vectors512().is_some() { 64 } else { 32 };
    let longest = bytes / size_of::<T>();
    // A panic leaves the map as it was.
    let mut layouts = LAYOUTS.lock().unwrap_or_else(PoisonError::into_inner);
    let layout = layouts.entry((size, longest, are_compiled)).or_insert_with(|| {
        let tiling = Tiling::new(size, are_compiled);
        let layout = [longest, 32, 16, 8].into_iter().find_map(|length| Layout::new(&tiling, length));
        let layout = layout.expect("lines of 8 numbers fit for every size in the table of methods");
        debug_assert!(
            !are_compiled || size < 11 || layout.others.sizes.iter().all(|size| *size != 0),
            "merges compiled for {size}"
        );
        Arc::new(layout)
    });
    Arc::clone(layout)
}

impl<T: Pixel> Tiles<T> {
    pub(crate) fn new(size: usize, channels: usize) -> Self {
        let (lines, rows) = (Aligned::zeros(LENGTH), Aligned::default());
        Self { size, channels, layout: None, lines, rows, top: 0, made: Vec::new(), next: 0 }
    }

    /// Makes a row of tiles: [`TILE`] rows of `length` numbers.
    #[inline(always)]
    fn make_tiles<const N: usize>(&mut self, layout: &Layout, rows: Rows<T>, length: usize) {
        let (channels, height) = (self.channels, self.size + AHEAD);
        let blocks = (length / channels).div_ceil(TILE * N);
        // Windows read tiles to the right of their block.
        let across = (blocks + 1) * N;
        let row = TILE * channels * across;
        let mut entering = TILE;
        if self.rows.get().is_empty() {
            self.rows = Aligned::zeros(height * row);
            self.made = vec![T::default(); TILE * channels * TILE * blocks * N];
            entering = height;
        }
        for y in height - entering..height {
            split_row(rows.get(y), channels, across, &mut self.rows.get_mut()[self.top * row..][..row]);
            self.top = (self.top + 1) % height;
        }
        let lines: &mut [T; LENGTH] = self.lines.get_mut().try_into().expect("`new` makes this length");
        for channel in 0..channels {
            for block in 0..=blocks {
                // The next tiles become the present ones.
                for pair in lines[..2 * N * layout.pairs].as_chunks_mut::<N>().0.as_chunks_mut::<2>().0 {
                    pair[0] = pair[1];
                }
                for (y, pixels) in layout.pixels.as_chunks::<TILE>().0.iter().enumerate() {
                    let y = if self.top + y < height { self.top + y } else { self.top + y - height };
                    let from = &self.rows.get()[y * row + channel * TILE * across..][..TILE * across];
                    for (index, from) in pixels.iter().zip(from.chunks_exact(across)) {
                        if let Some(index) = index {
                            lines[usize::from(*index)..][..N].copy_from_slice(&from[block * N..][..N]);
                        }
                    }
                }
                let mut merge = |MergeList { sizes, indices }: &MergeList| {
                    dispatch(rows.level(), Merges { lines, line: N, sizes, indices });
                };
                merge(&layout.local);
                if block == 0 {
                    continue;
                }
                merge(&layout.others);
                let made = self.made.len() / TILE;
                for (medians, made) in layout.medians.iter().zip(self.made.chunks_exact_mut(made)) {
                    let made = &mut made[(block - 1) * N * TILE * channels..][..N * TILE * channels];
                    let medians: [&[T; N]; TILE] = medians.map(|index| line_at(lines, index));
                    join_row(medians, channel, channels, made);
                }
            }
        }
    }
}

/// Splits a row: for each channel the first pixels of all tiles, then the second ones, and so on. The first tile begins
/// one pixel before the row.
#[inline(always)]
fn split_row<T: Pixel>(row: &[T], channels: usize, across: usize, to: &mut [T]) {
    for (index, to) in to.chunks_exact_mut(across).enumerate() {
        let (channel, phase) = (index / TILE, index % TILE);
        let (first, to) = if phase == 0 { (TILE - 1, &mut to[1..]) } else { (phase - 1, to) };
        let from = row.get(first * channels + channel..).unwrap_or(&[]);
        if channels == 1 {
            to.iter_mut().zip(from.iter().step_by(TILE)).for_each(|(to, from)| *to = *from);
        } else {
            to.iter_mut().zip(from.iter().step_by(TILE * channels)).for_each(|(to, from)| *to = *from);
        }
    }
}

/// Joins the medians of a channel, given for each column of the tiles, to a row with all channels.
#[inline(always)]
fn join_row<T: Pixel, const N: usize>(from: [&[T; N]; TILE], channel: usize, channels: usize, to: &mut [T]) {
    if channels == 1 {
        for (i, to) in to.as_chunks_mut::<TILE>().0.iter_mut().enumerate().take(N) {
            *to = from.map(|from| from[i]);
        }
        return;
    }
    for (i, to) in to.chunks_exact_mut(TILE * channels).enumerate().take(N) {
        for (from, to) in from.iter().zip(to[channel..].iter_mut().step_by(channels)) {
            *to = from[i];
        }
    }
}

impl<T: Pixel> Kernel<T> for Tiles<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        if self.next == 0 {
            let layout = self.layout.get_or_insert_with(|| layout::<T>(self.size, rows.level())).clone();
            match layout.line {
                64 => self.make_tiles::<64>(&layout, rows, out.len()),
                32 => self.make_tiles::<32>(&layout, rows, out.len()),
                16 => self.make_tiles::<16>(&layout, rows, out.len()),
                _ => self.make_tiles::<8>(&layout, rows, out.len()),
            }
        }
        let length = self.made.len() / TILE;
        out.copy_from_slice(&self.made[self.next * length..][..out.len()]);
        self.next = (self.next + 1) % TILE;
    }
}
