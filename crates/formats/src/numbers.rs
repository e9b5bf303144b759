//! Numbers of any type, as the floats or bytes that data sets are made of.

use std::io::Read;

use glassbox_tensor::Element;
use glassbox_tensor::ndarray::{ArrayD, IxDyn, ShapeBuilder};

use crate::array::{Header, MOST_ARRAY_BYTES, read_bytes, read_classes};

/// Numbers in row-major order: bytes as they are, everything else as `f32`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Numbers {
    /// Numbers of type `u1`.
    Bytes(Vec<u8>),
    /// All others.
    Floats(Vec<f32>),
}

/// Bytes read and turned into floats at a time; a multiple of every item's size.
const CHUNK: usize = 1 << 16;

/// Bytes of an item, and the function that reads one; none for what is no plain number.
fn decoder(dtype: &str, big_endian: bool) -> Option<(usize, fn(&[u8]) -> f32)> {
    macro_rules! of {
        ($t:ty) => {
            (
                size_of::<$t>(),
                if big_endian {
                    |item: &[u8]| <$t>::from_be_bytes(item.try_into().unwrap_or_default()) as f32
                } else {
                    |item: &[u8]| <$t>::from_le_bytes(item.try_into().unwrap_or_default()) as f32
                },
            )
        };
    }
    Some(match dtype {
        "b1" | "u1" => of!(u8),
        "u2" => of!(u16),
        "u4" => of!(u32),
        "u8" => of!(u64),
        "i1" => of!(i8),
        "i2" => of!(i16),
        "i4" => of!(i32),
        "i8" => of!(i64),
        "f2" if big_endian => (2, |item| half(u16::from_be_bytes(item.try_into().unwrap_or_default()))),
        "f2" => (2, |item| half(u16::from_le_bytes(item.try_into().unwrap_or_default()))),
        "f4" => of!(f32),
        "f8" => of!(f64),
        _ => return None,
    })
}

/// A number of 16 bits: sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f32.powi(-14),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction) * 2f32.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Reads numbers of any type; `reader` must end with them.
pub(crate) fn read_numbers(header: &Header, reader: &mut dyn Read) -> Result<Numbers, String> {
    if header.dtype == "u1" {
        return Ok(Numbers::Bytes(row_major(header, read_bytes(header, reader)?)?));
    }
    let Some((size, decode)) = decoder(&header.dtype, header.big_endian) else {
        return Err(format!("is of type {}; numbers are needed: u1 … i8, f2, f4, f8 or bool", header.dtype));
    };
    let count = header.bytes as usize / size;
    if count as u64 * 4 > MOST_ARRAY_BYTES {
        return Err(format!("holds {count} numbers of type {}; at most {} are read", header.dtype, MOST_ARRAY_BYTES / 4));
    }
    let mut floats = Vec::new();
    floats.try_reserve_exact(count).map_err(|_| format!("needs memory for {count} numbers, more than there is"))?;
    let (mut chunk, mut left) = (vec![0; CHUNK], header.bytes as usize);
    while left > 0 {
        let part = &mut chunk[..left.min(CHUNK)];
        reader.read_exact(part).map_err(|error| format!("cannot be unpacked: {error}"))?;
        floats.extend(part.chunks_exact(size).map(decode));
        left -= part.len();
    }
    // The archive's checksum is compared where the data end.
    match reader.read(&mut [0]) {
        Ok(0) => Ok(Numbers::Floats(row_major(header, floats)?)),
        Ok(_) => Err(format!("holds more than the {} bytes that it announces", header.bytes)),
        Err(error) => Err(format!("cannot be unpacked: {error}")),
    }
}

/// Reads class numbers, 0 … 255, of any type of number if they are whole.
pub(crate) fn read_whole(header: &Header, reader: &mut dyn Read) -> Result<Vec<u8>, String> {
    if !header.dtype.starts_with(['f', 'b']) {
        return row_major(header, read_classes(header, reader)?);
    }
    let Numbers::Floats(floats) = read_numbers(header, reader)? else { return Ok(Vec::new()) };
    let whole = floats.iter().enumerate().map(|(at, &value)| match value as u8 {
        class if f32::from(class) == value => Ok(class),
        _ => Err(format!("holds {value} at {at}; a class is a whole number from 0 to {}", u8::MAX)),
    });
    whole.collect()
}

/// Hands each string of an array to `take`: NumPy's types `U` and `S`.
pub(crate) fn read_texts(
    header: &Header,
    reader: &mut dyn Read,
    mut take: impl FnMut(String) -> Result<(), String>,
) -> Result<(), String> {
    let count: usize = header.shape.iter().product();
    let bytes = read_bytes(header, reader)?;
    let wide = bytes.len().checked_div(count).unwrap_or_default();
    for at in 0..count {
        let item = &bytes[at * wide..(at + 1) * wide];
        let text = if header.dtype.starts_with('U') {
            let code = |b: &[u8; 4]| if header.big_endian { u32::from_be_bytes(*b) } else { u32::from_le_bytes(*b) };
            item.as_chunks().0.iter().map(|b| char::from_u32(code(b))).collect()
        } else {
            Some(String::from_utf8_lossy(item).into_owned())
        };
        let text: String = text.ok_or("is not Unicode text")?;
        take(text.trim_end_matches('\0').to_string())?;
    }
    Ok(())
}

/// Values in row-major order; Fortran's is column by column.
fn row_major<T: Element>(header: &Header, values: Vec<T>) -> Result<Vec<T>, String> {
    if !header.fortran {
        return Ok(values);
    }
    let array = ArrayD::from_shape_vec(IxDyn(&header.shape).f(), values).map_err(|error| error.to_string())?;
    Ok(array.iter().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn sixteen_bits_are_read() {
        // np.array([0, 1, -2, 65504, 1/255, 6e-8], 'f2').view('u2')
        for (bits, value) in
            [(0, 0.0), (0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x1c04, 0.003_921_509), (1, 5.960_464_5e-8)]
        {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
