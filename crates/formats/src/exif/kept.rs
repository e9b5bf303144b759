//! The entries that are carried over from one file to another: their tags, their types, and what they may say.

use super::{ORIENTATION, PROFILE, UNIT, UTF_8, Value};
use crate::exif::Entry;

const DESCRIPTION: u16 = 270;

const BYTES: &[u16] = &[1, 7];
const TEXT: &[u16] = &[2, UTF_8];
const SHORT: &[u16] = &[3];
const DIRECTORY: &[u16] = &[4];
const FRACTION: &[u16] = &[5];

/// Entries of the main directory that describe the picture, not its storage: description, maker, model, orientation,
/// resolution, software, date, artist, computer, rating, copyright, the directories of exposure and of GPS, Windows'
/// titles, the colour profile. With the types that they may have; numbers are single.
const KEPT: [(u16, &[u16]); 22] = [
    (DESCRIPTION, TEXT),
    (271, TEXT),
    (272, TEXT),
    (ORIENTATION, SHORT),
    (282, FRACTION),
    (283, FRACTION),
    (UNIT, SHORT),
    (305, TEXT),
    (306, TEXT),
    (315, TEXT),
    (316, TEXT),
    (18246, SHORT),
    (18249, SHORT),
    (33432, TEXT),
    (34665, DIRECTORY),
    (PROFILE, BYTES),
    (34853, DIRECTORY),
    (40091, BYTES),
    (40092, BYTES),
    (40093, BYTES),
    (40094, BYTES),
    (40095, BYTES),
];

/// How programs for stacks and slides begin a description of the file's build.
const BUILDS: [&str; 7] =
    ["ImageJ=", "SCIFIO=", "{\"shape\":", "shape=(", "Aperio Image", "<MetaData>", "[Intelligent Imaging Innovations"];

/// The same, after an XML declaration.
const XML_BUILDS: [&str; 6] = ["<OME", "<scn", "<PerkinElmer-QPI", "<DataObject", "<MetaData", "<iScan"];

/// How far into a description they are looked for.
const START: usize = 1000;

pub(super) fn is_kept(tag: u16) -> bool {
    KEPT.iter().any(|(kept, _)| *kept == tag)
}

/// Whether an entry describes how the file is built, and not the picture: how many slices a stack has, where the tiles
/// of a slide are. None of it is true of another file.
pub(super) fn speaks_of_the_file(entry: &Entry) -> bool {
    let Value::Bytes(bytes) = &entry.value else { return false };
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(START)]);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    entry.tag == DESCRIPTION
        && (BUILDS.iter().chain(&XML_BUILDS).any(|build| text.starts_with(build))
            || text.starts_with("<?xml") && XML_BUILDS.iter().any(|build| text.contains(build)))
}

impl Entry {
    /// Whether its type and count are those that its tag has.
    pub(super) fn is_sound(&self) -> bool {
        KEPT.iter().any(|(tag, kinds)| {
            let is_single = ![TEXT, BYTES].contains(kinds);
            *tag == self.tag && kinds.contains(&self.kind) && self.count > 0 && (self.count == 1 || !is_single)
        })
    }
}
