//! Packing a block of rows.

use std::io;

use zlib_rs::{Deflate, DeflateConfig, DeflateFlush, Strategy};

/// From this level on several ways are tried, each of which takes its time.
const HARD: u32 = 7;

/// The first level that is tried then: a longer search for repetitions does not always pay.
const USUAL: u32 = 6;

/// Filters and deflates all rows but the first, from which the second is predicted. Returns the filtered and the
/// packed bytes.
///
/// Rows are predicted if that leaves less information. Prediction helps where neighbours are alike, as in photographs,
/// and harms where they are not, as in pictures of edges.
pub(super) fn pack(
    rows: &[u8],
    line: usize,
    pixel: usize,
    is_first: bool,
    level: u32,
) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (plain, predicted) = (plain(&rows[line..], line), predict(rows, line, pixel, is_first));
    if level < HARD {
        let filtered = if bits(&predicted) < bits(&plain) { predicted } else { plain };
        let packed = deflate(&filtered, level, strategy(&filtered, level)?)?;
        return Ok((filtered, packed));
    }
    // A higher level tries all that a lower one tries, so it is never worse.
    let ways = || {
        let levels = (USUAL..=level).map(|level| (level, Strategy::Default));
        levels.chain([Strategy::Filtered, Strategy::HuffmanOnly].map(|strategy| (USUAL, strategy)))
    };
    let mut best: Option<(Vec<u8>, Vec<u8>)> = None;
    for filtered in [plain, predicted] {
        let packed =
            ways().map(|(level, strategy)| deflate(&filtered, level, strategy)).collect::<io::Result<Vec<_>>>()?;
        let packed = packed.into_iter().min_by_key(Vec::len).unwrap_or_default();
        if best.as_ref().is_none_or(|(_, best)| packed.len() < best.len()) {
            best = Some((filtered, packed));
        }
    }
    Ok(best.unwrap_or_default())
}

/// The share of a block, 1/16, on which strategies are compared.
const SAMPLE: usize = 16;

/// Whether to search for repetitions, decided on a sample from the middle. In noise, as in photographs, the few
/// repetitions cost more bytes than codes for single bytes, and much time.
fn strategy(bytes: &[u8], level: u32) -> io::Result<Strategy> {
    let length = (bytes.len() / SAMPLE).max(1 << 12).min(bytes.len());
    let sample = &bytes[(bytes.len() - length) / 2..][..length];
    let pays = level > 0
        && deflate(sample, level, Strategy::HuffmanOnly)?.len() < deflate(sample, level, Strategy::Default)?.len();
    Ok(if pays { Strategy::HuffmanOnly } else { Strategy::Default })
}

/// Packs bytes so that more may follow, ending at a whole byte.
fn deflate(bytes: &[u8], level: u32, strategy: Strategy) -> io::Result<Vec<u8>> {
    // A window of 32768 bytes; negative means no header and no checksum.
    let config = DeflateConfig { level: level as i32, window_bits: -15, strategy, ..DeflateConfig::default() };
    let mut packer = Deflate::new_with_config(config);
    let mut packed = vec![0; bytes.len() + bytes.len() / 100 + 64];
    loop {
        let (taken, made) = (packer.total_in() as usize, packer.total_out() as usize);
        let status = packer.compress(&bytes[taken..], &mut packed[made..], DeflateFlush::SyncFlush);
        status.map_err(|error| io::Error::other(error.as_str()))?;
        // Everything is written once there is room to spare.
        let made = packer.total_out() as usize;
        if made < packed.len() && packer.total_in() as usize == bytes.len() {
            packed.truncate(made);
            return Ok(packed);
        }
        packed.resize(packed.len() + (1 << 12), 0);
    }
}

/// The rows unpredicted, each with its filter byte, 0, before it.
fn plain(rows: &[u8], line: usize) -> Vec<u8> {
    let mut plain = Vec::with_capacity(rows.len() + rows.len() / line);
    for row in rows.chunks_exact(line) {
        plain.push(0);
        plain.extend_from_slice(row);
    }
    plain
}

/// The bits that a code for single bytes needs: n·lg n - Σ cᵢ·lg cᵢ, where byte i occurs cᵢ times.
fn bits(bytes: &[u8]) -> f64 {
    // Four histograms: with one, equal bytes in a row would wait for each other.
    let mut counts = [[0u32; 256]; 4];
    let (fours, rest) = bytes.as_chunks::<4>();
    for four in fours {
        for (counts, &byte) in counts.iter_mut().zip(four) {
            counts[usize::from(byte)] += 1;
        }
    }
    rest.iter().for_each(|&byte| counts[0][usize::from(byte)] += 1);
    let term = |count: u32| if count == 0 { 0.0 } else { f64::from(count) * f64::from(count).log2() };
    term(bytes.len() as u32) - (0..256).map(|byte| term(counts.iter().map(|counts| counts[byte]).sum())).sum::<f64>()
}

/// All rows but the first, each with the predictor that leaves the smallest differences.
fn predict(rows: &[u8], line: usize, pixel: usize, is_first: bool) -> Vec<u8> {
    let count = rows.len() / line - 1;
    let mut out = Vec::with_capacity(count * (line + 1));
    let mut best = Vec::with_capacity(line);
    let mut tried = vec![0; line];
    for y in 1..=count {
        let (above, row) = (&rows[(y - 1) * line..y * line], &rows[y * line..(y + 1) * line]);
        let mut kind = 0;
        best.clear();
        best.extend_from_slice(row);
        let mut least = size_of_differences(&best);
        // Nothing is above the first row: only the pixel to the left can predict.
        let kinds = if is_first && y == 1 { 1..=1 } else { 1..=4u8 };
        for other in kinds {
            differences(other, row, above, pixel, &mut tried);
            let size = size_of_differences(&tried);
            if size < least {
                (least, kind) = (size, other);
                std::mem::swap(&mut best, &mut tried);
            }
        }
        out.push(kind);
        out.extend_from_slice(&best);
    }
    out
}

/// Σ |difference|, a byte being from -128 to 127.
fn size_of_differences(row: &[u8]) -> u64 {
    row.chunks(256).map(|part| u64::from(part.iter().map(|&d| u16::from((d as i8).unsigned_abs())).sum::<u16>())).sum()
}

/// The differences from a prediction: 1 from the left, 2 from above, 3 from the mean of both, 4 by Paeth's predictor.
fn differences(kind: u8, row: &[u8], above: &[u8], pixel: usize, out: &mut [u8]) {
    let (first, rest) = out.split_at_mut(pixel);
    for (i, out) in first.iter_mut().enumerate() {
        *out = row[i].wrapping_sub(match kind {
            1 => 0,
            3 => above[i] / 2,
            _ => above[i],
        });
    }
    let n = rest.len();
    let (row, left, above, corner) = (&row[pixel..], &row[..n], &above[pixel..], &above[..n]);
    let places = rest.iter_mut().zip(row).zip(left).zip(above).zip(corner);
    match kind {
        1 => places.for_each(|((((out, x), left), _), _)| *out = x.wrapping_sub(*left)),
        2 => places.for_each(|((((out, x), _), above), _)| *out = x.wrapping_sub(*above)),
        3 => places.for_each(|((((out, x), left), above), _)| {
            *out = x.wrapping_sub(((u16::from(*left) + u16::from(*above)) / 2) as u8);
        }),
        _ => {
            places.for_each(|((((out, x), left), above), corner)| *out = x.wrapping_sub(paeth(*left, *above, *corner)))
        }
    }
}

/// The neighbour nearest to left + above - corner; the first of left, above, corner if several are.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_a, to_b, to_c) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        above
    } else {
        corner
    }
}
