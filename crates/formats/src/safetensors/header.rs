//! The header: `{"__metadata__": {"model": "…"}, "w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}`.

use std::collections::BTreeMap;

use glassbox_tensor::{bounded, quoted};
use serde_json::{Map, Value, json};

use crate::array::{Array, Header, MOST_ARRAY_BYTES, MOST_ARRAYS, MOST_AXES, bytes_of};

/// Most bytes of a header: some 100 for each array, and the metadata.
pub(super) const MOST_HEADER_BYTES: u64 = 1 << 20;

const METADATA: &str = "__metadata__";

/// The format's element types: its name, NumPy's where there is one, bytes.
const TYPES: &[(&str, &str, u64)] = &[
    ("BOOL", "b1", 1),
    ("U8", "u1", 1),
    ("I8", "i1", 1),
    ("F8_E5M2", "F8_E5M2", 1),
    ("F8_E4M3", "F8_E4M3", 1),
    ("U16", "u2", 2),
    ("I16", "i2", 2),
    ("F16", "f2", 2),
    ("BF16", "BF16", 2),
    ("U32", "u4", 4),
    ("I32", "i4", 4),
    ("F32", "f4", 4),
    ("U64", "u8", 8),
    ("I64", "i8", 8),
    ("F64", "f8", 8),
    ("C64", "c8", 8),
];

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) entries: BTreeMap<String, Entry>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// An array's type, shape and offset.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) header: Header,
    /// Its offset from the end of the header.
    pub(super) begin: u64,
}

impl Contents {
    /// Checks a header that is followed by `data` bytes. The error says what is wrong with the file.
    pub(super) fn parse(text: &[u8], data: u64) -> Result<Self, String> {
        let senseless = |why: &dyn std::fmt::Display| format!("has a header that makes no sense: {why}");
        if text.first() != Some(&b'{') {
            return Err(senseless(&"it does not begin with {"));
        }
        let found: Map<String, Value> = serde_json::from_slice(text).map_err(|error| senseless(&error))?;
        let mut contents = Self::default();
        for (name, value) in found {
            if name == METADATA {
                contents.metadata = metadata(value).ok_or_else(|| senseless(&"__metadata__ must hold texts"))?;
            } else {
                let entry = entry(&value).map_err(|problem| format!("{} {problem}", bounded(&name)))?;
                contents.entries.insert(name, entry);
            }
        }
        if contents.entries.len() > MOST_ARRAYS {
            return Err(format!("holds {} arrays; at most {MOST_ARRAYS} are allowed", contents.entries.len()));
        }
        contents.check_places(data)?;
        Ok(contents)
    }

    /// Checks that the arrays follow each other and fill the file. An overlap or a gap is no mistake but a trick.
    fn check_places(&self, data: u64) -> Result<(), String> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(_, entry)| (entry.begin, entry.header.bytes));
        let mut end = 0;
        for (name, Entry { header, begin }) in entries {
            if *begin != end {
                return Err(format!(
                    "{} begins at byte {begin} of the data; it must begin at {end}, where the one before ends",
                    bounded(name)
                ));
            }
            end = begin + header.bytes;
            if end > data {
                return Err(format!("{} ends at byte {end} of the data; the file holds {data}", bounded(name)));
            }
        }
        if end == data { Ok(()) } else { Err(format!("holds {data} bytes of data; its arrays need {end}")) }
    }
}

fn metadata(value: Value) -> Option<BTreeMap<String, String>> {
    let Value::Object(found) = value else { return None };
    let text = |(key, value)| if let Value::String(text) = value { Some((key, text)) } else { None };
    found.into_iter().map(text).collect()
}

fn entry(value: &Value) -> Result<Entry, String> {
    let senseless =
        |key: &str| format!("has a header that makes no sense: no {key} in {}", bounded(&value.to_string()));
    let dtype = value["dtype"].as_str().ok_or_else(|| senseless("dtype"))?;
    let Some(&(_, numpy, item)) = TYPES.iter().find(|(name, ..)| *name == dtype) else {
        let known: Vec<_> = TYPES.iter().map(|(name, ..)| *name).collect();
        return Err(format!("is of type {}; allowed: {}", quoted(dtype), known.join(", ")));
    };
    let shape: Option<Vec<usize>> = numbers(&value["shape"]);
    let shape = shape.ok_or_else(|| senseless("shape"))?;
    if shape.len() > MOST_AXES {
        return Err(format!("has {} axes; at most {MOST_AXES} are allowed", shape.len()));
    }
    let offsets: Option<Vec<u64>> = numbers(&value["data_offsets"]);
    let Some(&[begin, end]) = offsets.as_deref() else { return Err(senseless("data_offsets")) };
    let Some(bytes) = bytes_of(&shape, item) else {
        return Err(format!("claims shape {shape:?} of {dtype}; at most {MOST_ARRAY_BYTES} bytes are allowed"));
    };
    if end.checked_sub(begin) != Some(bytes) {
        return Err(format!("lies from byte {begin} to {end}, but {dtype} of {shape:?} needs {bytes}"));
    }
    let header = Header { dtype: numpy.into(), shape, big_endian: false, fortran: false, bytes };
    Ok(Entry { header, begin })
}

fn numbers<T: TryFrom<u64>>(value: &Value) -> Option<Vec<T>> {
    value.as_array()?.iter().map(|number| number.as_u64()?.try_into().ok()).collect()
}

/// The format's name of an array's type, its shape and the bytes of an element; none for a text.
fn described(array: &Array) -> Option<(&'static str, &[usize], u64)> {
    match array {
        Array::U8(tensor) => Some(("U8", tensor.shape(), 1)),
        Array::U16(tensor) => Some(("U16", tensor.shape(), 2)),
        Array::F32(tensor) => Some(("F32", tensor.shape(), 4)),
        Array::F64(tensor) => Some(("F64", tensor.shape(), 8)),
        Array::Text(_) => None,
    }
}

/// Bytes that an element takes; none for a text.
pub(super) fn item(array: &Array) -> Option<u64> {
    described(array).map(|(.., item)| item)
}

/// The header of arrays in this order. The error says what a reader would refuse.
pub(super) fn compose<'a>(
    arrays: &[&(String, Array)],
    metadata: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<String, String> {
    let twice = |name: &str| format!("cannot hold two arrays or texts called {}", quoted(name));
    let (mut header, mut texts, mut end) = (Map::new(), Map::new(), 0);
    for (key, text) in metadata {
        if texts.insert(key.clone(), text.clone().into()).is_some() {
            return Err(twice(key));
        }
    }
    if !texts.is_empty() {
        header.insert(METADATA.into(), texts.into());
    }
    for (name, array) in arrays {
        let Some((dtype, shape, item)) = described(array) else { continue };
        let begin = end;
        end += shape.iter().map(|&side| side as u64).product::<u64>() * item;
        let entry = json!({ "dtype": dtype, "shape": shape, "data_offsets": [begin, end] });
        if name == METADATA {
            return Err(format!("cannot hold an array called {METADATA}: the format keeps that name"));
        }
        if header.insert(name.clone(), entry).is_some() {
            return Err(twice(name));
        }
    }
    let mut text = Value::Object(header).to_string();
    // The data begin at a multiple of 8.
    text.push_str(&" ".repeat(text.len().next_multiple_of(8) - text.len()));
    if text.len() as u64 > MOST_HEADER_BYTES {
        return Err(format!("needs a header of {} bytes; at most {MOST_HEADER_BYTES} are allowed", text.len()));
    }
    // The same limits as for reading.
    Contents::parse(text.as_bytes(), end).map(|_| text)
}
