use super::convolution::{Finish, Matrix};
use super::convolve::{Convolve, ConvolveRow};
use super::parameters::{BORDER, SQUARE};
use super::signed::Signed;
use super::{Arguments, Entry};
use crate::filter::{Kernel, Operator, Rows, Window};
use crate::simd::{Aligned, ask_ahead, chunk_starts};
use crate::{Border, Error, Filter, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "blur",
    summary: "the mean of each square: the simplest smoothing",
    formula: "Σ a / size² over the square, of whole numbers rounded half up",
    source: "",
    parameters: &[SQUARE, BORDER],
    variants: &["size=5"],
    build,
};

/// Largest size of which a sum of 8-bit numbers is divided exactly by a multiplication of 16 bits.
const MOST_IN_16_BITS: usize = 11;

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (size, border) = (arguments.whole("size").unwrap_or(3), arguments.border()?);
    Ok(Filter::rows(arguments.operator(), Blur { size, border }))
}

#[derive(Debug)]
struct Blur {
    size: usize,
    border: Border,
}

impl Operator for Blur {
    type Kernel<T: Pixel> = BlurRow;

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> BlurRow {
        let size = self.size;
        if T::BINS == 256 && (2..=MOST_IN_16_BITS).contains(&size) {
            let share = Share::of(size * size);
            return BlurRow::Small(SmallRow { size, channels, share, columns: Aligned::default() });
        }
        // Exact for 16 bits up to a size of 16.
        let matrix = Matrix::Separable { column: vec![1.0; size], row: vec![1.0; size] };
        let finish = Finish { divisor: (size * size) as f32, offset: 0.0, signed: Signed::Clamp };
        BlurRow::Any(Convolve { matrix, finish, border: self.border }.kernel::<T>(channels))
    }
}

enum BlurRow {
    Small(SmallRow),
    Any(ConvolveRow),
}

impl<T: Pixel> Kernel<T> for BlurRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            BlurRow::Small(small) => small.row(rows, out),
            BlurRow::Any(any) => any.row(rows, out),
        }
    }
}

/// Sums of few 8-bit numbers: whole numbers of 16 bits, twice as many in a vector as there would be floats.
struct SmallRow {
    size: usize,
    channels: usize,
    share: Share,
    /// The sum of each column.
    columns: Aligned<u16>,
}

/// Sums that are made at a time: a few vectors, which stay in registers.
const CHUNK: usize = 128;

impl SmallRow {
    #[inline(always)]
    fn row<T: Pixel>(&mut self, rows: Rows<T>, out: &mut [T]) {
        let length = rows.get(0).len();
        if self.columns.get().len() != length {
            self.columns = Aligned::zeros(length);
        }
        let rows: Vec<_> = (0..self.size).map(|y| rows.get(y)).collect();
        add_up(self.columns.get_mut(), &rows, |a: T| a.bin() as u16, |sum| sum);
        let columns = self.columns.get();
        let columns: Vec<_> = (0..self.size).map(|x| &columns[x * self.channels..]).collect();
        let share = self.share;
        add_up(out, &columns, |sum| sum, |sum| T::from_bin(usize::from(share.take(sum + share.half))));
    }
}

/// `out[i] = finish(Σ number(source[i]))` over the sources.
#[inline(always)]
fn add_up<S: Copy, U: Copy>(out: &mut [U], sources: &[&[S]], number: impl Fn(S) -> u16, finish: impl Fn(u16) -> U) {
    for start in chunk_starts(CHUNK, out.len()) {
        let mut sums = [0; CHUNK];
        if let Some(newest) = sources.last() {
            ask_ahead::<S, CHUNK>(&newest[start..]);
        }
        for source in sources {
            let source = &source[start..start + CHUNK];
            for i in 0..CHUNK {
                sums[i] += number(source[i]);
            }
        }
        let chunk = &mut out[start..start + CHUNK];
        for i in 0..CHUNK {
            chunk[i] = finish(sums[i]);
        }
    }
    if out.len() < CHUNK {
        for (i, out) in out.iter_mut().enumerate() {
            *out = finish(sources.iter().map(|source| number(source[i])).sum());
        }
    }
}

/// A division of numbers of 16 bits by a multiplication: `⌊(a + half) · factor / 2¹⁶ / 2ˢʰⁱᶠᵗ⌋ = ⌊(a + half) / count⌋`, half being
/// `⌊count / 2⌋`: rounded half up. Exact as long as `a` is a sum of up to 11² numbers of 8 bits; a test goes through all.
#[derive(Clone, Copy)]
struct Share {
    half: u16,
    factor: u16,
    shift: u32,
}

impl Share {
    /// A share of `count`, which is more than 1.
    fn of(count: usize) -> Self {
        // The greatest power of two below the count, so that the factor is below 2¹⁶.
        let shift = (count - 1).ilog2();
        Self { half: (count / 2) as u16, factor: (1usize << (16 + shift)).div_ceil(count) as u16, shift }
    }

    /// Of a sum to which half was added.
    #[inline(always)]
    fn take(self, sum: u16) -> u16 {
        ((u32::from(sum) * u32::from(self.factor)) >> 16) as u16 >> self.shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        for size in 2..=MOST_IN_16_BITS {
            let (count, share) = (size * size, Share::of(size * size));
            for sum in 0..=255 * count {
                let wanted = (2 * sum + count) / (2 * count);
                assert_eq!(usize::from(share.take(sum as u16 + share.half)), wanted, "{sum} / {count}");
            }
        }
    }
}
