//! The row engine: takes pictures through chains of operators, strip by strip.

use std::ops::Range;

use glassbox_tensor::Image;
use rayon::prelude::*;

use crate::band::Band;
use crate::filter::Filter;
use crate::simd::{Level, fence};
use crate::{Border, Error, Pixel};

/// Bytes of a strip's intermediate pictures: half of a usual second-level cache.
const STRIP_BYTES: usize = 1 << 18;

/// Bytes of an output that is better written past the caches: it would push everything else out of them.
const CACHE_BYTES: usize = 1 << 24;

/// Strips for each thread, so that one that is slowed down holds nobody up.
const STRIPS_A_THREAD: usize = 4;

/// How a picture is taken through operators. The result has the same bits whatever is chosen here but `keep_alpha`.
///
/// ```
/// use glassbox_kernels::{Engine, filters};
/// use glassbox_tensor::Image;
/// let picture = Image::from_vec([1, 5, 1], vec![10u8, 10, 200, 10, 10]).unwrap();
/// let chain = [filters::parse("median:size=3").unwrap()];
/// assert_eq!(Engine::default().run(&chain, &picture).unwrap().as_slice(), [10; 5]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// Vector instructions: the widest there are by default.
    pub level: Level,
    /// Rows of output in a strip; chosen from the picture's size by default.
    pub strip: Option<usize>,
    /// Whether the last channel is alpha, which filters copy; pooling pools it as any other.
    pub keep_alpha: bool,
}

impl Default for Engine {
    fn default() -> Self {
        Self { level: Level::best(), strip: None, keep_alpha: false }
    }
}

impl Engine {
    /// Takes `picture` through the operators of `chain`, one behind the other, on rayon's current threads.
    ///
    /// Two operators or more work strip by strip: no picture between them is there as a whole, but for the border `wrap`.
    ///
    /// # Shape
    /// `[height, width, channels]` → as [`output_shape`] says
    ///
    /// # Errors
    /// If nothing would be left of the picture.
    pub fn run<T: Pixel>(&self, chain: &[Box<dyn Filter>], picture: &Image<T>) -> Result<Image<T>, Error> {
        let mut out = Image::zeros(output_shape(chain, picture.dim())?);
        self.run_into(chain, picture, &mut out)?;
        Ok(out)
    }

    /// As [`run`](Engine::run), into a picture that is already there.
    ///
    /// # Errors
    /// As [`run`](Engine::run).
    ///
    /// # Panics
    /// If `out` does not have the shape that [`output_shape`] gives.
    pub fn run_into<T: Pixel>(
        &self,
        chain: &[Box<dyn Filter>],
        picture: &Image<T>,
        out: &mut Image<T>,
    ) -> Result<(), Error> {
        let shape = output_shape(chain, picture.dim())?;
        assert_eq!(out.dim(), shape, "run_into: an output of the chain's shape");
        let (height, line) = (shape.0, shape.1 * shape.2);
        let strip = self.strip.unwrap_or_else(|| strip_height(chain, picture)).clamp(1, height);
        let past_caches = shape.0 * shape.1 * shape.2 * size_of::<T>() > CACHE_BYTES;
        let work = |(index, rows): (usize, &mut [T])| {
            let first = index * strip;
            self.strip(chain, picture, first..first + rows.len() / line, rows, past_caches);
            fence();
        };
        let strips = out.as_mut_slice();
        if rayon::current_num_threads() == 1 {
            strips.chunks_mut(strip * line).enumerate().for_each(work);
        } else {
            strips.par_chunks_mut(strip * line).enumerate().for_each(work);
        }
        Ok(())
    }

    /// Rows `range` of the output.
    fn strip<T: Pixel>(
        &self,
        chain: &[Box<dyn Filter>],
        picture: &Image<T>,
        range: Range<usize>,
        out: &mut [T],
        past_caches: bool,
    ) {
        let Some((last, before)) = chain.split_last() else {
            out.copy_from_slice(
                &picture.as_slice()[range.start * picture.line_length()..range.end * picture.line_length()],
            );
            return;
        };
        if before.is_empty() {
            let (height, width, channels) = picture.dim();
            let band = Band { pixels: picture.as_slice(), first: 0, height, width, channels };
            return self.filter_band(&**last, &band, range, out, past_caches);
        }
        let (height, width, channels) = output_shape(before, picture.dim()).expect("checked for the whole chain");
        let needed = rows_needed(&**last, range.clone(), height);
        let mut between = vec![T::default(); needed.len() * width * channels];
        self.strip(before, picture, needed.clone(), &mut between, false);
        let band = Band { pixels: &between, first: needed.start, height, width, channels };
        self.filter_band(&**last, &band, range, out, past_caches);
    }

    /// Rows `range` of one operator's output.
    fn filter_band<T: Pixel>(
        &self,
        filter: &dyn Filter,
        band: &Band<T>,
        range: Range<usize>,
        out: &mut [T],
        past_caches: bool,
    ) {
        band.filter(filter, self.level, past_caches, range.clone(), out);
        if self.keep_alpha && filter.keeps_alpha() && filter.channels(band.channels) == band.channels {
            band.copy_alpha(filter, range, out);
        }
    }
}

/// The shape that comes out of a chain.
///
/// # Shape
/// A filter keeps height and width; with the border `crop` each shrinks by the window less one; pooling gives
/// `⌊(side − size) / stride⌋ + 1`.
///
/// # Errors
/// If nothing would be left, or the picture is empty.
pub fn output_shape(chain: &[Box<dyn Filter>], shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
    chain.iter().try_fold(shape, |(height, width, channels), filter| {
        let window = filter.window();
        let needed = match filter.border() {
            Border::Crop => (window.height(), window.width()),
            _ => (1, 1),
        };
        if height < needed.0 || width < needed.1 || channels == 0 {
            return Err(Error::TooSmall {
                operator: filter.name().into(),
                width,
                height,
                needed: format!("{}×{}", needed.1, needed.0),
            });
        }
        let side = |side: usize, needed: usize| (side - needed) / window.stride + 1;
        Ok((side(height, needed.0), side(width, needed.1), filter.channels(channels)))
    })
}

/// The rows of a picture of `height` rows that an operator looks at to make rows `range`.
fn rows_needed(filter: &dyn Filter, range: Range<usize>, height: usize) -> Range<usize> {
    let (window, border) = (filter.window(), filter.border());
    let above = if border == Border::Crop { 0 } else { window.above as isize };
    let first = (range.start * window.stride) as isize - above;
    let last = ((range.end - 1) * window.stride) as isize - above + window.height() as isize - 1;
    let places = (first..=last).filter_map(|y| border.place(y, height));
    let (low, high) = places.fold((height - 1, 0), |(low, high), y| (low.min(y), high.max(y)));
    low.min(high)..high + 1
}

/// Rows of output in a strip: all at once on one thread for one operator, else a few strips a thread, small enough that what
/// stands between two operators stays in the cache.
fn strip_height<T: Pixel>(chain: &[Box<dyn Filter>], picture: &Image<T>) -> usize {
    let stride: usize = chain.iter().map(|filter| filter.window().stride).product();
    let threads = rayon::current_num_threads();
    let strips = if threads == 1 { 1 } else { threads * STRIPS_A_THREAD };
    let even = picture.height().div_ceil(strips);
    let cached = match chain {
        [_] => even,
        _ => STRIP_BYTES / (picture.line_length() * size_of::<T>()).max(1),
    };
    // Not so thin that most of a strip is its halo.
    let halo: usize = chain.iter().map(|filter| filter.window().height() - 1).sum();
    even.min(cached.max(4 * halo).max(16)).div_ceil(stride).max(1)
}
