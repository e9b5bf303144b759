//! Damaged files from whole ones, the same for the same seed.

use glassbox_formats::checksum;

/// SplitMix64: G. L. Steele et al., *Fast splittable pseudorandom number generators* (2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Numbers at which lengths and sizes break.
const EDGES: [u64; 12] = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, u64::MAX];

/// A file with one to four changes: bits, bytes, numbers of either byte order, parts that are missing, doubled, zeroed
/// or exchanged. Most fields lie in front, so half of the changes do.
pub(crate) fn mutated(whole: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let front = if random.below(2) == 0 { bytes.len().min(96) } else { bytes.len() };
        let at = random.below(front);
        let length = (1 + random.below(16)).min(bytes.len() - at);
        match random.below(9) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2..=4 => {
                let number = EDGES[random.below(EDGES.len())].wrapping_add(random.below(3) as u64).wrapping_sub(1);
                let size = [1, 2, 4, 8][random.below(4)].min(bytes.len() - at);
                let little = number.to_le_bytes();
                let target = &mut bytes[at..at + size];
                target.copy_from_slice(&little[..size]);
                if random.below(2) == 0 {
                    target.reverse();
                }
            }
            5 => bytes.truncate(at),
            6 => drop(bytes.drain(at..at + length)),
            7 => {
                let part = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => bytes[at..at + length].fill(0),
        }
    }
    bytes
}

/// Mends the checksums of a PNG's chunks, so that the decoder gets as far as the damage.
pub(crate) fn mend_png(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(&[a, b, c, d]) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let Some(end) = (at + 8).checked_add(length).filter(|end| end + 4 <= bytes.len()) else { return };
        let sum = checksum(&[&bytes[at + 4..end]]);
        bytes[end..end + 4].copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}

/// Mends the checksums of a zip archive whose entries are not compressed, in its directory.
pub(crate) fn mend_zip(bytes: &mut [u8]) {
    let number = |bytes: &[u8], at: usize| {
        bytes.get(at..).and_then(<[u8]>::first_chunk).map(|&four| u32::from_le_bytes(four) as usize)
    };
    let short = |bytes: &[u8], at: usize| {
        bytes.get(at..).and_then(<[u8]>::first_chunk).map(|&two| usize::from(u16::from_le_bytes(two)))
    };
    let entries: Vec<_> = bytes.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02").collect();
    let entries: Vec<usize> = entries.into_iter().map(|(at, _)| at).collect();
    for at in entries {
        let fields = [at + 24, at + 42].map(|field| number(bytes, field));
        let [Some(size), Some(local)] = fields else { continue };
        let heads = local.checked_add(28).map(|field| [short(bytes, field - 2), short(bytes, field)]);
        let Some([Some(name), Some(extra)]) = heads else { continue };
        let start = local + 30 + name + extra;
        let Some(data) = start.checked_add(size).and_then(|end| bytes.get(start..end)) else { continue };
        let sum = checksum(&[data]).to_le_bytes();
        bytes[at + 16..at + 20].copy_from_slice(&sum);
    }
}
