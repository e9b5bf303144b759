//! Medians of large windows by tiles that share the merges of sorted lists.

mod layout;
mod merges;
mod tiling;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use layout::{Layout, MergeList, ROOM};
use merges::{Merges, are_compiled, chunk};
use tiling::{TILE, Tiling};

use crate::Pixel;
use crate::operator::{Kernel, Rows};
use glassbox_simd::{Aligned, Level, dispatch};

/// Rows below a window that its tile sees as well.
pub(crate) const AHEAD: usize = TILE - 1;

/// The median of a square window by merges of sorted lists that the windows of a tile share.
///
/// A line holds one number of each of some tiles that stand side by side. Tiles are four rows high: every fourth row four are made.
#[derive(Debug)]
pub(crate) struct Tiles<T> {
    size: usize,
    channels: usize,
    layout: Option<Arc<Layout>>,
    lines: Aligned<T>,
    /// Rows of the picture, each taken apart: of every channel the first pixels of all tiles, then the second ones and so on. They lie in a
    /// ring; `top` is the first row of the windows in hand.
    rows: Aligned<T>,
    top: usize,
    /// Rows that are made, and which is next.
    made: Vec<T>,
    next: usize,
}

/// How the medians of windows of a size are found: lines are as long as a register, if there is room
/// and they are long enough. It is worked out once for all pictures.
fn layout<T: Pixel>(size: usize, level: Level) -> Arc<Layout> {
    static LAYOUTS: Mutex<BTreeMap<(usize, usize, bool), Arc<Layout>>> = Mutex::new(BTreeMap::new());
    let at_once = are_compiled::<T>(level);
    let bytes = if level.byte_vectors512().is_some() { 64 } else { 32 };
    let longest = bytes / size_of::<T>();
    // Whoever panicked meanwhile left it as it was.
    let mut layouts = LAYOUTS.lock().unwrap_or_else(PoisonError::into_inner);
    let layout = layouts.entry((size, longest, at_once)).or_insert_with(|| {
        let tiling = Tiling::new(size, at_once);
        let layout = [longest, 32, 16, 8].into_iter().find_map(|length| Layout::new(&tiling, length));
        let layout = layout.expect("windows are not so large that their lines find no room");
        debug_assert!(
            !at_once || size < 11 || layout.steps.shapes.iter().all(|shape| *shape != 0),
            "merges compiled for {size}"
        );
        Arc::new(layout)
    });
    Arc::clone(layout)
}

impl<T: Pixel> Tiles<T> {
    pub(crate) fn new(size: usize, channels: usize) -> Self {
        let (lines, rows) = (Aligned::zeros(ROOM), Aligned::default());
        Self { size, channels, layout: None, lines, rows, top: 0, made: Vec::new(), next: 0 }
    }

    /// Makes the rows of a row of tiles, each of so many numbers.
    #[inline(always)]
    fn tiles<const N: usize>(&mut self, layout: &Layout, rows: Rows<T>, length: usize) {
        let (channels, height) = (self.channels, self.size + AHEAD);
        let blocks = (length / channels).div_ceil(TILE * N);
        // Windows see tiles to the right of a block's.
        let across = (blocks + 1) * N;
        let row = TILE * channels * across;
        let mut entering = TILE;
        if self.rows.get().is_empty() {
            self.rows = Aligned::zeros(height * row);
            self.made = vec![T::default(); TILE * channels * TILE * blocks * N];
            entering = height;
        }
        for y in height - entering..height {
            take_apart(rows.get(y), channels, across, &mut self.rows.get_mut()[self.top * row..][..row]);
            self.top = (self.top + 1) % height;
        }
        let lines: &mut [T; ROOM] = self.lines.get_mut().try_into().expect("so many are made");
        for channel in 0..channels {
            for block in 0..=blocks {
                // What was next is in hand.
                for pair in lines[..2 * N * layout.pairs].as_chunks_mut::<N>().0.as_chunks_mut::<2>().0 {
                    pair[0] = pair[1];
                }
                for (y, pixels) in layout.pixels.as_chunks::<TILE>().0.iter().enumerate() {
                    let y = if self.top + y < height { self.top + y } else { self.top + y - height };
                    let from = &self.rows.get()[y * row + channel * TILE * across..][..TILE * across];
                    for (place, from) in pixels.iter().zip(from.chunks_exact(across)) {
                        if let Some(place) = place {
                            lines[usize::from(*place)..][..N].copy_from_slice(&from[block * N..][..N]);
                        }
                    }
                }
                let mut merge = |MergeList { shapes, places }: &MergeList| {
                    dispatch(rows.level(), Merges { lines, line: N, shapes, places });
                };
                merge(&layout.local);
                if block == 0 {
                    continue;
                }
                merge(&layout.steps);
                let made = self.made.len() / TILE;
                for (medians, made) in layout.medians.iter().zip(self.made.chunks_exact_mut(made)) {
                    let made = &mut made[(block - 1) * N * TILE * channels..][..N * TILE * channels];
                    let medians: [&[T; N]; TILE] = medians.map(|place| chunk(lines, place));
                    put_together(medians, channel, channels, made);
                }
            }
        }
    }
}

/// Of every channel the first pixels of all tiles, then the second ones and so on. The first tile begins a pixel before the row.
#[inline(always)]
fn take_apart<T: Pixel>(row: &[T], channels: usize, across: usize, to: &mut [T]) {
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

/// Puts the numbers of a channel, those of each of a tile's columns, where they belong among the others.
#[inline(always)]
fn put_together<T: Pixel, const N: usize>(from: [&[T; N]; TILE], channel: usize, channels: usize, to: &mut [T]) {
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
                64 => self.tiles::<64>(&layout, rows, out.len()),
                32 => self.tiles::<32>(&layout, rows, out.len()),
                16 => self.tiles::<16>(&layout, rows, out.len()),
                _ => self.tiles::<8>(&layout, rows, out.len()),
            }
        }
        let length = self.made.len() / TILE;
        out.copy_from_slice(&self.made[self.next * length..][..out.len()]);
        self.next = (self.next + 1) % TILE;
    }
}
