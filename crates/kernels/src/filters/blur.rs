use glassbox_simd::{Aligned, Level, OnLines, chunk_starts, prefetch_ahead};

use super::convolve::{Convolve, ConvolveRow};
use super::shared::convolution::{Finish, Matrix};
use super::shared::parameters::{BORDER, SQUARE};
use super::shared::plain::mean;
use super::shared::signed::Signed;
use super::shared::small_mean::{MOST_IN_16_BITS, Share};
use super::{Arguments, Entry};
use crate::operator::{Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Filter, Pixel};

/// The mean of the square around the pixel.
fn formula(around: &Neighbourhood) -> f64 {
    mean(&around.window())
}

pub(super) static ENTRY: Entry = Entry {
    name: "blur",
    summary: "the mean of each square: the simplest smoothing",
    formula: "Σ a / size² over the square; whole numbers rounded half up, those of 16 bits from 17×17 on within 1",
    source: "",
    parameters: &[SQUARE, BORDER],
    variants: &["size=5"],
    build,
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (size, border) = (arguments.whole("size").unwrap_or(3), arguments.border()?);
    Ok(Filter::rows(arguments.operator(), Blur { size, border }, formula))
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
        // Exact for 16 bits up to a size of 16: sums stay below 2²⁴.
        let matrix = Matrix::Separable { column: vec![1.0; size], row: vec![1.0; size] };
        let finish = Finish { divisor: (size * size) as f64, offset: 0.0, signed: Signed::Clamp };
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

/// Sums of 8-bit numbers that fit into 16 bits: a vector holds twice as many of them as of floats.
struct SmallRow {
    size: usize,
    channels: usize,
    share: Share,
    /// The sum of each column.
    columns: Aligned<u16>,
    /// The same without the topmost row: the part that the next row of windows needs, too.
    shared: Aligned<u16>,
}

/// Sums made at a time: a few vectors, which stay in registers.
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
        add_up(out, &columns, self.share, rows.level());
    }
}

/// Moves the windows one row down: the newest row joins the shared sums, the topmost one leaves.
#[inline(always)]
fn roll<T: Pixel>(columns: &mut [u16], shared: &mut [u16], topmost: &[T], newest: &[T]) {
    let sums = columns.chunks_mut(CHUNK).zip(shared.chunks_mut(CHUNK));
    for ((columns, shared), (topmost, newest)) in sums.zip(topmost.chunks(CHUNK).zip(newest.chunks(CHUNK))) {
        prefetch_ahead::<T, CHUNK>(newest);
        for (((column, shared), topmost), newest) in columns.iter_mut().zip(shared).zip(topmost).zip(newest) {
            // Past the ends of a row the numbers may be anything: those sums wrap around, and nobody uses them.
            *column = shared.wrapping_add(newest.bin() as u16);
            *shared = column.wrapping_sub(topmost.bin() as u16);
        }
    }
}

/// Adds up the sources and divides the sums.
#[inline(always)]
fn add_up<T: Pixel>(out: &mut [T], sources: &[&[u16]], share: Share, level: Level) {
    for start in chunk_starts(CHUNK, out) {
        let mut sums = OnLines([0; CHUNK]);
        let sums = &mut sums.0;
        for source in sources {
            let source = &source[start..start + CHUNK];
            for i in 0..CHUNK {
                sums[i] = u16::wrapping_add(sums[i], source[i]);
            }
        }
        share.of_all(level, sums, &mut out[start..start + CHUNK]);
    }
    if out.len() < CHUNK {
        let mut sums = [0; CHUNK];
        for (i, sum) in sums[..out.len()].iter_mut().enumerate() {
            *sum = sources.iter().fold(0, |sum: u16, source| sum.wrapping_add(source[i]));
        }
        share.of_all(level, &sums[..out.len()], out);
    }
}
