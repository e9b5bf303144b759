//! The row engine: takes pictures through chains of operators, strip by strip.

mod alpha;
mod interior;
mod padding;
mod plan;
mod region_sums;
mod regions;
mod run;
mod source;
mod stream;
mod strip;

use glassbox_tensor::Image;

use alpha::FillTransparent;
pub(crate) use alpha::cover_by_mean;
use plan::Plan;
pub use plan::{first_not_by_rows, output_shape};
use region_sums::Totals;
use regions::RegionReduction;
use stream::stream;
use strip::Strip;

use crate::operator::{Dimensions, ErasedPicture, Filter, Kind, MOST_REACH, run_picture};
use crate::{Border, Error, Pixel, RegionOperator};
use glassbox_simd::Level;

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
    /// Whether the last channel is alpha, which filters copy; pooling pools it as any other. Before an operator looks around, the colour of what
    /// has less than half alpha is drawn to what is seen around it, so that it has no say.
    pub keep_alpha: bool,
    /// Bytes of a picture that is kept when it is taken through row by row and must be looked at more than once: a larger one is read, or made, again.
    pub kept_bytes: usize,
}

impl Default for Engine {
    fn default() -> Self {
        Self { level: Level::best(), strip: None, keep_alpha: false, kept_bytes: 1 << 26 }
    }
}

impl Engine {
    /// Takes `picture` through the operators of `chain`, one behind the other, on rayon's current threads.
    ///
    /// Two operators or more that work row by row, or say how far they see, do so strip by strip: no picture between them is there as a whole, but for
    /// the border `wrap`.
    ///
    /// # Dimensions
    /// `[height, width, channels]` → as [`output_shape`] says
    ///
    /// # Errors
    /// If nothing would be left of the picture.
    pub fn run<T: Pixel>(&self, chain: &[Filter], picture: &Image<T>) -> Result<Image<T>, Error> {
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
    pub fn run_into<T: Pixel>(&self, chain: &[Filter], picture: &Image<T>, out: &mut Image<T>) -> Result<(), Error> {
        assert_eq!(out.dim(), output_shape(chain, picture.dim())?, "run_into: an output of the chain's shape");
        let apart = |filter: &Filter| match &filter.kind {
            Kind::Rows(_) => false,
            Kind::Regions(_) | Kind::MultiPass(_) => true,
            Kind::Picture(whole) => {
                whole.border() == Border::Wrap || whole.reach().is_none_or(|reach| reach > MOST_REACH)
            }
        };
        match chain.iter().position(apart) {
            Some(0) if chain.len() == 1 => *out = self.apart(&chain[0], picture)?,
            Some(0) => self.run_into(&chain[1..], &self.apart(&chain[0], picture)?, out)?,
            Some(index) => self.run_into(&chain[index..], &self.run(&chain[..index], picture)?, out)?,
            None => {
                let plan = Plan::new(chain, picture.dim(), self.keep_alpha)?;
                self.rows(&plan, &band_of(picture), 0..out.height(), out.as_mut_slice());
            }
        }
        Ok(())
    }

    /// One operator that is none of the plan from row to row.
    fn apart<T: Pixel>(&self, filter: &Filter, picture: &Image<T>) -> Result<Image<T>, Error> {
        Ok(match &filter.kind {
            Kind::Picture(whole) => self.whole(&**whole, picture),
            Kind::Regions(bins) => {
                let mut out = Image::zeros(bins.shape(picture.dim())?);
                let gather = self.gather::<T>(&**bins, picture.dim());
                gather.rows::<T, Error>(0..out.height(), &mut band_of(picture), out.as_mut_slice())?;
                out
            }
            Kind::MultiPass(_) => {
                let mut out = Image::zeros(filter.shape(picture.dim())?);
                let (line, mut next) = (picture.line_length(), 0);
                let read = |first: usize, rows: &mut [T]| -> Result<(), Error> {
                    rows.copy_from_slice(&picture.as_slice()[first * line..][..rows.len()]);
                    Ok(())
                };
                let write = |rows: &[T]| {
                    out.as_mut_slice()[next..next + rows.len()].copy_from_slice(rows);
                    next += rows.len();
                    Ok(())
                };
                // It is there already, to be looked at as often as need be.
                let engine = Engine { kept_bytes: 0, ..*self };
                stream(&engine, std::slice::from_ref(filter), picture.dim(), read, write)?;
                out
            }
            Kind::Rows(_) => unreachable!("{}: is a step from row to row", filter.name()),
        })
    }

    /// How parts of a picture are brought together.
    pub(crate) fn gather<T: Pixel>(&self, bins: &dyn RegionOperator, shape: Dimensions) -> RegionReduction {
        let (height, width, channels) = shape;
        let terms = Totals { reduce: bins.reduce(), channels, alpha: self.keep_alpha };
        RegionReduction::new::<T>(bins.grids(height, width), terms, width * channels, self.level)
    }

    /// One operator that sees the whole picture.
    fn whole<T: Pixel>(&self, filter: &dyn ErasedPicture, picture: &Image<T>) -> Image<T> {
        if !self.keep_alpha || filter.minds_alpha() {
            return run_picture(filter, picture);
        }
        let mut covered = picture.clone();
        let cover = match filter.reach() {
            Some(reach) => FillTransparent::around(reach, filter.border()),
            None => {
                cover_by_mean(&mut covered);
                FillTransparent::NEAR
            }
        };
        let mut near = Image::zeros(covered.dim());
        self.rows(&Plan::cover(cover, covered.dim()), &band_of(&covered), 0..covered.height(), near.as_mut_slice());
        run_picture(filter, &near)
    }

    /// Takes a picture through operators without ever having it, or what becomes of it, in memory as a whole: its rows are read from above
    /// as they are needed, and those that are done are written. The result is that of [`run`](Engine::run).
    ///
    /// # Dimensions
    /// `read` fills rows of a picture of `shape` from the one on that it is told, `write` gets the next rows of the output: whole rows, each time some.
    /// Rows are read from above, one behind the other; where the picture must be looked at more than once, as for the border `wrap`, then from row 0 again.
    ///
    /// # Errors
    /// If nothing would be left of the picture, what `read` and `write` report, or [`Error::NotByRows`] if an operator must see the whole
    /// picture ([`first_not_by_rows`] asks beforehand).
    pub fn stream<T: Pixel, E: From<Error>>(
        &self,
        chain: &[Filter],
        shape: (usize, usize, usize),
        read: impl FnMut(usize, &mut [T]) -> Result<(), E>,
        write: impl FnMut(&[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(name) = first_not_by_rows(chain) {
            return Err(Error::NotByRows { operator: name.into() }.into());
        }
        stream(self, chain, shape, read, write)
    }
}

/// All rows of a picture.
fn band_of<T: Pixel>(picture: &Image<T>) -> Strip<'_, T> {
    let (height, width, channels) = picture.dim();
    Strip { pixels: picture.as_slice(), first: 0, height, width, channels }
}
