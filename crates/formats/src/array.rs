//! Arrays in files of any kind: element types, headers, data, limits.

use std::io::{self, Read, Write};

use glassbox_tensor::ndarray::{Array as Strided, ShapeBuilder};
use glassbox_tensor::{Element, IxDyn, Tensor};

/// Most arrays of a file.
pub(crate) const MOST_ARRAYS: usize = 4096;

/// Most bytes of an array.
pub(crate) const MOST_ARRAY_BYTES: u64 = 1 << 31;

/// An array of one of the types that can be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// Bytes: pictures, labels.
    U8(Tensor<u8>),
    /// 16-bit pictures.
    U16(Tensor<u16>),
    /// Weights.
    F32(Tensor<f32>),
    /// Weights in NumPy's precision.
    F64(Tensor<f64>),
    /// A string, as an array without axes.
    Text(String),
}

/// A number type of NumPy files.
pub trait Value: Element {
    /// NumPy's name for it, without the byte order: `u1`, `f4`.
    const DTYPE: &'static str;

    /// Values from bytes in little- or big-endian order.
    fn decode(bytes: Vec<u8>, big_endian: bool) -> Vec<Self>;

    /// Values as little-endian bytes, written out.
    ///
    /// # Errors
    /// What the writer reports.
    fn encode(values: &[Self], writer: &mut dyn Write) -> io::Result<()>;
}

macro_rules! values {
    ($($t:ident $dtype:literal),*) => {$(
        impl Value for $t {
            const DTYPE: &'static str = $dtype;

            fn decode(bytes: Vec<u8>, big_endian: bool) -> Vec<Self> {
                let numbers = bytes.as_chunks().0.iter();
                if big_endian {
                    numbers.map(|&b| $t::from_be_bytes(b)).collect()
                } else {
                    numbers.map(|&b| $t::from_le_bytes(b)).collect()
                }
            }

            fn encode(values: &[Self], writer: &mut dyn Write) -> io::Result<()> {
                let mut buffer = Vec::with_capacity(1 << 16);
                for part in values.chunks((1 << 16) / size_of::<$t>()) {
                    buffer.clear();
                    buffer.extend(part.iter().flat_map(|value| value.to_le_bytes()));
                    writer.write_all(&buffer)?;
                }
                Ok(())
            }
        }
    )*};
}

values!(u16 "u2", f32 "f4", f64 "f8");

impl Value for u8 {
    const DTYPE: &'static str = "u1";

    fn decode(bytes: Vec<u8>, _big_endian: bool) -> Vec<Self> {
        bytes
    }

    fn encode(values: &[Self], writer: &mut dyn Write) -> io::Result<()> {
        writer.write_all(values)
    }
}

/// The checked header of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// NumPy's name of the element type without the byte order: `u1`, `f8`, `U12`.
    pub dtype: String,
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    pub(crate) big_endian: bool,
    pub(crate) fortran: bool,
    /// Bytes of data that follow.
    pub(crate) bytes: u64,
}

impl Header {
    /// Whether the elements are strings.
    pub fn is_text(&self) -> bool {
        self.dtype.starts_with(['U', 'S'])
    }
}

/// The bytes of an array of `shape` with `item` bytes an element; none if they exceed the limit.
pub(crate) fn bytes_of(shape: &[usize], item: u64) -> Option<u64> {
    // Even if a side of 0 makes the array empty, the other sides must fit in memory.
    let elements = shape.iter().try_fold(1u64, |product, &side| product.checked_mul(side.max(1) as u64))?;
    let bytes = elements.checked_mul(item).filter(|bytes| *bytes <= MOST_ARRAY_BYTES)?;
    Some(if shape.contains(&0) { 0 } else { bytes })
}

/// Reads the data that `header` announces; `reader` must end there.
pub(crate) fn read_data<T: Value>(header: &Header, reader: &mut dyn Read) -> Result<Tensor<T>, String> {
    if header.dtype != T::DTYPE {
        return Err(format!("holds numbers of type {}; {} is needed", header.dtype, T::DTYPE));
    }
    let values = T::decode(read_bytes(header, reader)?, header.big_endian);
    let shape = IxDyn(&header.shape);
    // NumPy calls an array row-major if it is both row- and column-major; only true columns need a transpose.
    let array = Strided::from_shape_vec(shape.set_f(header.fortran), values).map_err(|e| e.to_string())?;
    Ok(Tensor::from_array(array))
}

/// Reads class numbers, whole numbers of any type: NumPy's default has 64 bits.
pub(crate) fn read_classes(header: &Header, reader: &mut dyn Read) -> Result<Vec<u8>, String> {
    let (is_signed, size) = match header.dtype.as_str() {
        "u1" => (false, 1),
        "u2" => (false, 2),
        "u4" => (false, 4),
        "u8" => (false, 8),
        "i1" => (true, 1),
        "i2" => (true, 2),
        "i4" => (true, 4),
        "i8" => (true, 8),
        other => return Err(format!("holds numbers of type {other}; whole numbers are needed: u1, u2, … i8")),
    };
    let mut bytes = read_bytes(header, reader)?;
    let numbers = bytes.chunks_exact_mut(size).enumerate().map(|(at, number)| {
        if !header.big_endian {
            number.reverse();
        }
        let start = if is_signed && number[0] >= 0x80 { -1 } else { 0 };
        let value = number.iter().fold(start, |value: i128, &byte| (value << 8) | i128::from(byte));
        u8::try_from(value).map_err(|_| format!("holds {value} at {at}; a class is a number from 0 to {}", u8::MAX))
    });
    numbers.collect()
}

pub(crate) fn read_bytes(header: &Header, reader: &mut dyn Read) -> Result<Vec<u8>, String> {
    let expected = header.bytes as usize;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(expected).map_err(|_| format!("needs {expected} bytes of memory, more than there are"))?;
    // One byte more than announced, to notice longer data; and up to the end, where zip compares the checksum.
    reader.take(header.bytes + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot be unpacked: {e}"))?;
    if bytes.len() == expected {
        Ok(bytes)
    } else {
        let relation = if bytes.len() < expected { "only" } else { "more than" };
        let found = bytes.len().min(expected);
        Err(format!("announces {expected} bytes ({} of {:?}) but holds {relation} {found}", header.dtype, header.shape))
    }
}

/// The message that no array has this name, with the names there are.
pub(crate) fn missing(name: &str, names: &[String]) -> String {
    const MOST_LISTED: usize = 12;
    let more = if names.len() > MOST_LISTED { ", …" } else { "" };
    let found =
        if names.is_empty() { "no arrays at all".into() } else { names[..names.len().min(MOST_LISTED)].join(", ") };
    format!("holds no array {name}; found {found}{more}")
}
