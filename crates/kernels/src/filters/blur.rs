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
            return BlurRow::Small(SmallRow {
                size,
                channels,
                share,
                columns: Aligned::default(),
                shared: Aligned::default(),
            });
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
    /// The same without the topmost row: what the next row of windows sees of it, too.
    shared: Aligned<u16>,
}

/// Sums that are made at a time: a few vectors, which stay in registers.
const CHUNK: usize = 128;

impl SmallRow {
    #[inline(always)]
    fn row<T: Pixel>(&mut self, rows: Rows<T>, out: &mut [T]) {
        let length = rows.get(0).len();
        if self.columns.get().len() != length {
            (self.columns, self.shared) = (Aligned::zeros(length), Aligned::zeros(length));
            for y in 0..self.size - 1 {
                self.shared.get_mut().iter_mut().zip(rows.get(y)).for_each(|(sum, number)| *sum += number.bin() as u16);
            }
        }
        roll(self.columns.get_mut(), self.shared.get_mut(), rows.get(0), rows.get(self.size - 1));
        let columns = self.columns.get();
        let columns: Vec<_> = (0..self.size).map(|x| &columns[x * self.channels..]).collect();
        let share = self.share;
        add_up(out, &columns, |sum| T::from_bin(usize::from(share.take(sum.wrapping_add(share.half)))));
    }
}

/// One row further down: the newest row joins what is shared, the topmost one leaves.
#[inline(always)]
fn roll<T: Pixel>(columns: &mut [u16], shared: &mut [u16], topmost: &[T], newest: &[T]) {
    let sums = columns.chunks_mut(CHUNK).zip(shared.chunks_mut(CHUNK));
    for ((columns, shared), (topmost, newest)) in sums.zip(topmost.chunks(CHUNK).zip(newest.chunks(CHUNK))) {
        ask_ahead::<T, CHUNK>(newest);
        for (((column, shared), topmost), newest) in columns.iter_mut().zip(shared).zip(topmost).zip(newest) {
            // At the foot of an edge come rows that never joined: what becomes of those sums is not used.
            *column = shared.wrapping_add(newest.bin() as u16);
            *shared = column.wrapping_sub(topmost.bin() as u16);
        }
    }
}

/// `out[i] = finish(Σ source[i])` over the sources.
#[inline(always)]
fn add_up<U: Copy>(out: &mut [U], sources: &[&[u16]], finish: impl Fn(u16) -> U) {
    for start in chunk_starts(CHUNK, out) {
        let mut sums = [0; CHUNK];
        for source in sources {
            let source = &source[start..start + CHUNK];
            for i in 0..CHUNK {
                sums[i] = u16::wrapping_add(sums[i], source[i]);
            }
        }
        let chunk = &mut out[start..start + CHUNK];
        for i in 0..CHUNK {
            chunk[i] = finish(sums[i]);
        }
    }
    if out.len() < CHUNK {
        for (i, out) in out.iter_mut().enumerate() {
            *out = finish(sources.iter().fold(0, |sum, source| sum.wrapping_add(source[i])));
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
