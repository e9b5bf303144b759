//! One NumPy array of an npz entry: header and data.

use std::io::{self, Read, Write};

use glassbox_tensor::{Tensor, quoted};
use npyz::{DType, Endianness, TypeChar, TypeStr, WriterBuilder};

use crate::array::{Header, MOST_ARRAY_BYTES, MOST_AXES, Value, bytes_of, read_bytes};

/// Most bytes of a header: NumPy's own are below 200 for all but structured arrays.
const MOST_HEADER_BYTES: usize = 1 << 16;

/// Reads a header and leaves `reader` at the data. The error says what is wrong with the array.
pub(crate) fn read_header(reader: &mut dyn Read) -> Result<Header, String> {
    let cut_short = |_| "is cut short: the header of an npy array is not there".to_string();
    let mut start = vec![0; 8];
    reader.read_exact(&mut start).map_err(cut_short)?;
    if &start[..6] != b"\x93NUMPY" {
        return Err("is not an npy array: it does not begin with \\x93NUMPY".into());
    }
    let length_bytes = match start[6] {
        1 => 2,
        2 | 3 => 4,
        version => return Err(format!("is of npy version {version}; versions 1, 2 and 3 are understood")),
    };
    let mut length = [0; 4];
    reader.read_exact(&mut length[..length_bytes]).map_err(cut_short)?;
    start.extend(&length[..length_bytes]);
    let length = u32::from_le_bytes(length) as usize;
    if length > MOST_HEADER_BYTES {
        return Err(format!("has a header of {length} bytes; at most {MOST_HEADER_BYTES} are allowed"));
    }
    let text = start.len();
    start.resize(text + length, 0);
    reader.read_exact(&mut start[text..]).map_err(cut_short)?;
    let text = std::str::from_utf8(&start[text..]).map_err(|_| "has a header that is not text".to_string())?;
    interpret(text)
}

/// Checks the text of a header: `{'descr': '<f4', 'fortran_order': False, 'shape': (20, 784), }`.
///
/// npyz can read it too, but does not check the product of the shape for overflow and follows any nesting.
fn interpret(text: &str) -> Result<Header, String> {
    let senseless = |key: &str| format!("has a header that makes no sense: no {key} in {}", quoted(text.trim_end()));
    let value = |key: &str| -> Result<&str, String> {
        let quoted = [format!("'{key}'"), format!("\"{key}\"")];
        let (_, rest) = quoted.iter().find_map(|quoted| text.split_once(quoted)).ok_or_else(|| senseless(key))?;
        Ok(rest.trim_start().strip_prefix(':').ok_or_else(|| senseless(key))?.trim_start())
    };
    let descr = value("descr")?;
    if descr.starts_with('[') {
        return Err("is an array of records; plain numbers are allowed".into());
    }
    let mut parts = descr.splitn(3, ['\'', '"']).skip(1);
    let of: TypeStr = parts.next().and_then(|descr| descr.parse().ok()).ok_or_else(|| senseless("descr"))?;
    if of.uses_pickled_array() {
        return Err("is an array of Python objects; only numbers are allowed (nothing is unpickled)".into());
    }
    let fortran = match value("fortran_order")? {
        text if text.starts_with("True") => true,
        text if text.starts_with("False") => false,
        _ => return Err(senseless("fortran_order")),
    };
    let sides =
        value("shape")?.strip_prefix('(').and_then(|text| text.split_once(')')).ok_or_else(|| senseless("shape"))?.0;
    let sides = sides.split(',').map(str::trim).filter(|side| !side.is_empty());
    let shape: Vec<usize> = sides.map(|side| side.parse().map_err(|_| senseless("shape"))).collect::<Result<_, _>>()?;
    if shape.len() > MOST_AXES {
        return Err(format!("has {} axes; at most {MOST_AXES} are allowed", shape.len()));
    }
    let item = match of.type_char() {
        TypeChar::UnicodeStr => of.size_field().checked_mul(4),
        _ => Some(of.size_field()),
    };
    let Some(bytes) = item.and_then(|item| bytes_of(&shape, item)) else {
        return Err(format!("claims shape {shape:?} of {of}; at most {MOST_ARRAY_BYTES} bytes are allowed"));
    };
    Ok(Header {
        dtype: format!("{}{}", of.type_char().to_str(), of.size_field()),
        bytes,
        big_endian: of.endianness() == Endianness::Big,
        shape,
        fortran,
    })
}

/// Reads a string: an array without axes of NumPy's `U` type.
pub(crate) fn read_text(header: &Header, reader: &mut dyn Read) -> Result<String, String> {
    if !header.dtype.starts_with('U') || !header.shape.is_empty() {
        return Err(format!("is {} of shape {:?}; a single string is needed", header.dtype, header.shape));
    }
    let bytes = read_bytes(header, reader)?;
    let codes = bytes
        .as_chunks()
        .0
        .iter()
        .map(|&b| if header.big_endian { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) });
    let text: Option<String> = codes.map(char::from_u32).collect();
    text.map(|text| text.trim_end_matches('\0').to_string()).ok_or_else(|| "is not Unicode text".into())
}

/// Writes an array, header and data.
pub(crate) fn write<T: Value>(tensor: &Tensor<T>, writer: &mut dyn Write) -> io::Result<()> {
    let order = if T::DTYPE == "u1" { '|' } else { '<' };
    write_header(&format!("{order}{}", T::DTYPE), tensor.shape(), writer)?;
    T::encode(tensor.as_slice(), writer)
}

/// Writes a string as an array without axes.
pub(crate) fn write_text(text: &str, writer: &mut dyn Write) -> io::Result<()> {
    write_header(&format!("<U{}", text.chars().count()), &[], writer)?;
    text.chars().try_for_each(|c| writer.write_all(&u32::from(c).to_le_bytes()))
}

fn write_header(dtype: &str, shape: &[usize], writer: &mut dyn Write) -> io::Result<()> {
    let shape: Vec<u64> = shape.iter().map(|&side| side as u64).collect();
    let dtype = DType::Plain(dtype.parse().map_err(io::Error::other)?);
    npyz::WriteOptions::new_header_only().dtype(dtype).shape(&shape).writer(writer).write_header_only()?;
    Ok(())
}
