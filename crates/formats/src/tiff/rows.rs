//! The numbers in a row of bytes.
//!
//! Source: TIFF 6.0 (1992), section 14; Adobe Photoshop TIFF Technical Note 3 (2005).

use super::layout::Predictor;

/// The numbers of rows.
pub(super) struct Rows {
    /// 1 to 16, 32, 64.
    pub(super) bits: u32,
    pub(super) is_big_endian: bool,
    pub(super) predictor: Predictor,
    /// Samples of a pixel, which predictors keep apart.
    pub(super) samples: usize,
}

/// An unsigned number as wide as those that are stored, or wider.
pub(super) trait Stored: Copy + Default {
    const BYTES: usize;

    fn of(number: u64) -> Self;

    /// Of as many bytes as the number has.
    fn of_bytes(bytes: &[u8], is_big_endian: bool) -> Self;

    fn plus(self, other: Self) -> Self;

    /// The lowest bits.
    fn lowest(self, bits: u32) -> Self;
}

macro_rules! stored {
    ($($t:ident),*) => {$(
        impl Stored for $t {
            const BYTES: usize = size_of::<$t>();

            fn of(number: u64) -> Self {
                number as $t
            }

            fn of_bytes(bytes: &[u8], is_big_endian: bool) -> Self {
                let bytes = bytes.try_into().expect("as many bytes as the number has");
                if is_big_endian { $t::from_be_bytes(bytes) } else { $t::from_le_bytes(bytes) }
            }

            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn lowest(self, bits: u32) -> Self {
                self & ($t::MAX >> ($t::BITS - bits))
            }
        }
    )*};
}

stored!(u8, u16, u32, u64);

impl Rows {
    /// Reads the numbers of a row, as many as `out` has. The bytes are used up.
    pub(super) fn read<S: Stored>(&self, row: &mut [u8], out: &mut [S]) {
        if self.predictor == Predictor::Float {
            return self.read_floats(row, out);
        }
        if self.bits as usize == 8 * S::BYTES {
            for (out, bytes) in out.iter_mut().zip(row.chunks_exact(S::BYTES)) {
                *out = S::of_bytes(bytes, self.is_big_endian);
            }
        } else {
            self.read_bits(row, out);
        }
        if self.predictor == Predictor::Horizontal {
            for at in self.samples..out.len() {
                out[at] = out[at].plus(out[at - self.samples]).lowest(self.bits);
            }
        }
    }

    /// Numbers that follow each other without a gap, the highest bit first.
    fn read_bits<S: Stored>(&self, row: &[u8], out: &mut [S]) {
        let (mut held, mut count, mut bytes) = (0u64, 0, row.iter());
        for out in out {
            while count < self.bits {
                held = held << 8 | u64::from(*bytes.next().unwrap_or(&0));
                count += 8;
            }
            count -= self.bits;
            *out = S::of(held >> count).lowest(self.bits);
            held &= (1 << count) - 1;
        }
    }

    fn read_floats<S: Stored>(&self, row: &mut [u8], out: &mut [S]) {
        for at in self.samples..row.len() {
            row[at] = row[at].wrapping_add(row[at - self.samples]);
        }
        let count = row.len() / S::BYTES;
        for (at, out) in out.iter_mut().enumerate() {
            let bytes = (0..S::BYTES).map(|byte| row[byte * count + at]);
            *out = S::of(bytes.fold(0, |number, byte| number << 8 | u64::from(byte)));
        }
    }
}
