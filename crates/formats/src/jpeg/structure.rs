//! The segments of a JPEG file: its frame, its scans with their tables, and its metadata.
//!
//! Source: ITU-T T.81 (1992), annex B; JFIF 1.02 (1992); ICC.1:2022, annex B.4.

use std::sync::Arc;

use super::huffman::Table;
use crate::density::Density;
use crate::exif::without_envelope;

/// The frame: the size, and the components.
pub(super) struct Frame {
    /// The marker, 0xC0 … 0xCF, which names the process.
    pub(super) marker: u8,
    pub(super) bits: u8,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) components: Vec<Component>,
}

/// A component with its sampling factors.
pub(super) struct Component {
    pub(super) id: u8,
    pub(super) across: usize,
    pub(super) down: usize,
}

/// The tables for DC and AC.
pub(super) type Tables = [Option<Arc<Table>>; 2];

/// A scan: some components, the coefficients that it codes, and its data.
pub(super) struct Scan<'a> {
    /// For each component its index in the frame and its tables.
    pub(super) components: Vec<(usize, Tables)>,
    /// The first and the last coefficient.
    pub(super) band: [usize; 2],
    /// The bit from which the coefficients are known before this scan (0: nothing is known) and after it.
    pub(super) high: u8,
    pub(super) low: u8,
    /// MCUs between two restart markers; 0 if there are none.
    pub(super) restart: usize,
    /// The entropy-coded data with their restart markers.
    pub(super) data: &'a [u8],
}

/// What a JPEG file consists of.
#[derive(Default)]
pub(super) struct Structure<'a> {
    pub(super) frame: Option<Frame>,
    pub(super) scans: Vec<Scan<'a>>,
    /// Whether there is an end marker.
    pub(super) is_whole: bool,
    pub(super) exif: Option<Vec<u8>>,
    pub(super) icc: Option<Vec<u8>>,
    pub(super) density: Option<Density>,
    /// Whether it says that more pictures follow.
    pub(super) holds_more: bool,
}

/// Most scans that are looked at. No writer makes more than a few dozen.
pub(super) const MOST_SCANS: usize = 500;

impl<'a> Structure<'a> {
    /// Reads all segments. What makes no sense is left out: the decoder says what is wrong with it.
    pub(super) fn of(mut bytes: &'a [u8]) -> Self {
        let mut structure = Self::default();
        let mut tables: [[Option<Arc<Table>>; 4]; 2] = Default::default();
        let (mut restart, mut profile) = (0, Vec::new());
        // A 0xFF before 0 or another 0xFF is data, and restart markers occur among data.
        while let Some(at) = next_marker(bytes, false) {
            let marker = bytes[at + 1];
            if marker == 0xD9 {
                structure.is_whole = true;
                break;
            }
            let rest = &bytes[at + 2..];
            let Some(length) = rest.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length))) else { break };
            let Some(segment) = rest.get(2..length.max(2)) else { break };
            bytes = &rest[length.max(2)..];
            match marker {
                0xC4 => read_tables(segment, &mut tables),
                0xDD => restart = segment.first_chunk().map_or(0, |n| usize::from(u16::from_be_bytes(*n))),
                0xC0..=0xCF if marker != 0xC8 && marker != 0xCC => {
                    structure.frame = structure.frame.take().or_else(|| frame(marker, segment));
                }
                0xDA => {
                    let end = next_marker(bytes, true).unwrap_or(bytes.len());
                    let scan = structure.frame.as_ref().and_then(|frame| scan(frame, segment, &tables));
                    let (data, later) = bytes.split_at(end);
                    structure.scans.extend(scan.map(|scan| Scan { restart, data, ..scan }));
                    bytes = later;
                    if structure.scans.len() > MOST_SCANS {
                        break;
                    }
                }
                0xE0..=0xEF if structure.scans.is_empty() => structure.metadata(marker, segment, &mut profile),
                _ => {}
            }
        }
        structure.icc = whole_profile(profile);
        structure
    }

    /// Of several blocks of one sort, the first counts.
    fn metadata(&mut self, marker: u8, segment: &'a [u8], profile: &mut Vec<(u8, u8, &'a [u8])>) {
        match (marker, segment) {
            (0xE0, [b'J', b'F', b'I', b'F', 0, _, _, unit, x0, x1, y0, y1, ..]) if self.density.is_none() => {
                let [x, y] = [[*x0, *x1], [*y0, *y1]].map(u16::from_be_bytes);
                self.density = Density::of_jfif(*unit, x, y);
            }
            (0xE1, [b'E', b'x', b'i', b'f', 0, ..]) if self.exif.is_none() => {
                self.exif = Some(without_envelope(segment.to_vec()));
            }
            (0xE2, _) => {
                if let Some([number, count, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    profile.push((*number, *count, part));
                }
                self.holds_more |= segment.starts_with(b"MPF\0");
            }
            _ => {}
        }
    }
}

/// The place of the next marker. Restart markers count as data.
fn next_marker(bytes: &[u8], in_data: bool) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match bytes.get(at + 1)? {
            0 | 0xFF | 0x01 | 0xD0..=0xD7 => at += 1,
            // The start marker, which has no length.
            0xD8 if !in_data => at += 1,
            _ => return Some(at),
        }
    }
}

fn frame(marker: u8, segment: &[u8]) -> Option<Frame> {
    let ([bits, h0, h1, w0, w1, count], rest) = segment.split_first_chunk()?;
    let component = |&[id, factors, _]: &[u8; 3]| Component {
        id,
        across: usize::from(factors >> 4),
        down: usize::from(factors & 15),
    };
    let components: Vec<_> = rest.as_chunks::<3>().0.iter().take(usize::from(*count)).map(component).collect();
    let is_sound = |c: &Component| (1..=4).contains(&c.across) && (1..=4).contains(&c.down);
    let sound = components.len() == usize::from(*count) && !components.is_empty() && components.iter().all(is_sound);
    let [height, width] = [[*h0, *h1], [*w0, *w1]].map(|side| usize::from(u16::from_be_bytes(side)));
    sound.then_some(Frame { marker, bits: *bits, height, width, components })
}

fn read_tables(mut segment: &[u8], tables: &mut [[Option<Arc<Table>>; 4]; 2]) {
    while let Some(([place, counts @ ..], rest)) = segment.split_first_chunk::<17>() {
        let count: usize = counts.iter().map(|count| usize::from(*count)).sum();
        let Some((symbols, rest)) = rest.split_at_checked(count) else { return };
        if let Some(table) = tables.get_mut(usize::from(place >> 4)).and_then(|of| of.get_mut(usize::from(place & 15)))
        {
            *table = Some(Arc::new(Table::new(counts, symbols)));
        }
        segment = rest;
    }
}

/// A scan without its data.
fn scan<'a>(frame: &Frame, segment: &[u8], tables: &[[Option<Arc<Table>>; 4]; 2]) -> Option<Scan<'a>> {
    let (&count, rest) = segment.split_first()?;
    let (named, rest) = rest.split_at_checked(2 * usize::from(count))?;
    let [first, last, bits, ..] = *rest else { return None };
    let component = |&[id, place]: &[u8; 2]| {
        let index = frame.components.iter().position(|component| component.id == id)?;
        let table = |kind: usize, at: u8| tables[kind].get(usize::from(at)).cloned().flatten();
        Some((index, [table(0, place >> 4), table(1, place & 15)]))
    };
    let components = named.as_chunks().0.iter().map(component).collect::<Option<_>>()?;
    let band = [first, last.min(63)].map(usize::from);
    Some(Scan { components, band, high: bits >> 4, low: bits & 15, restart: 0, data: &[] })
}

/// The profile from its numbered parts; none if one is missing.
fn whole_profile(mut parts: Vec<(u8, u8, &[u8])>) -> Option<Vec<u8>> {
    parts.sort_by_key(|(number, ..)| *number);
    parts.dedup_by_key(|(number, ..)| *number);
    let count = parts.first()?.1;
    let is_whole = parts.len() == usize::from(count) && parts.iter().zip(1..).all(|((number, ..), n)| *number == n);
    is_whole.then(|| parts.iter().flat_map(|(.., part)| *part).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::Structure;

    fn is_whole(bytes: &[u8]) -> bool {
        Structure::of(bytes).is_whole
    }

    #[test]
    fn the_end_is_looked_for_after_segments() {
        let start = [0xFF, 0xD8, 0xFF, 0xE1, 0, 5, 0xFF, 0xD9, 7];
        let scan = [0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD3, 3];
        assert!(!is_whole(&start));
        assert!(!is_whole(&[&start[..], &scan].concat()));
        assert!(is_whole(&[&start[..], &scan, &[0xFF, 0xFF, 0xD9]].concat()));
        assert!(!is_whole(&[]) && !is_whole(&[0xFF, 0xE1]) && !is_whole(&[0xFF, 0xE1, 0xFF, 0xFF, 1]));
    }
}
