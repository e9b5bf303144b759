//! The row engine: runs chains of operators on pictures, strip by strip.

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

pub(crate) use alpha::fill_with_mean;
pub use plan::{first_not_by_rows, output_shape};

use glassbox_simd::Level;
use glassbox_tensor::Image;

use alpha::FillTransparent;
use plan::Plan;
use region_sums::Totals;
use regions::RegionReduction;
use source::READ_BYTES;
use stream::stream;
use strip::Strip;

use crate::operator::{
    Border, Dimensions, ErasedMultiPass, ErasedPicture, ErasedRows, Filter, Kind, MOST_REACH, RegionOperator,
    analysis_of, run_picture,
};
use crate::{Error, Pixel};

/// How operators run on a picture. Only `keep_alpha` changes the result; the other fields change no bit.
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
    /// The vector instructions to use; the widest by default.
    pub level: Level,
    /// Rows of output in a strip; chosen by the picture's size by default.
    pub strip: Option<usize>,
    /// Whether the last channel is alpha. Filters copy it, and pooling pools it like any channel.
    ///
    /// Before an operator with a window, pixels of less than half alpha get the colour of visible pixels around. So the
    /// colour of transparent pixels does not bleed into others.
    pub keep_alpha: bool,
    /// The largest picture, in bytes, that [`stream`](Engine::stream) keeps in memory where an operator needs several
    /// passes over it. A larger one is read, or computed, again for each pass.
    pub kept_bytes: usize,
}

impl Default for Engine {
    fn default() -> Self {
        Self { level: Level::best(), strip: None, keep_alpha: false, kept_bytes: 1 << 26 }
    }
}

impl Engine {
    /// Runs the operators of `chain` on `picture`, one after the other, on rayon's current threads.
    ///
    /// Operators on rows, and on pictures with a reach, run strip by strip: no intermediate picture is in memory as a
    /// whole, except where a border is `wrap`.
    ///
    /// # Shape
    /// `[height, width, channels]` → see [`output_shape`]
    ///
    /// # Errors
    /// If the picture is too small.
    pub fn run<T: Pixel>(&self, chain: &[Filter], picture: &Image<T>) -> Result<Image<T>, Error> {
        let mut out = Image::zeros(output_shape(chain, picture.dim())?);
        self.run_into(chain, picture, &mut out)?;
        Ok(out)
    }

    /// As [`run`](Engine::run), into an existing picture.
    ///
    /// # Errors
    /// As [`run`](Engine::run).
    ///
    /// # Panics
    /// If the shape of `out` differs from [`output_shape`].
    pub fn run_into<T: Pixel>(&self, chain: &[Filter], picture: &Image<T>, out: &mut Image<T>) -> Result<(), Error> {
        assert_eq!(out.dim(), output_shape(chain, picture.dim())?, "run_into: the shape of the output");
        let needs_picture = |filter: &Filter| match &filter.kind {
            Kind::Rows(_) => false,
            Kind::Regions(_) | Kind::MultiPass(_) => true,
            Kind::Picture(picture) => {
                picture.border() == Border::Wrap || picture.reach().is_none_or(|reach| reach > MOST_REACH)
            }
        };
        match chain.iter().position(needs_picture) {
            Some(0) if chain.len() == 1 => *out = self.run_alone(&chain[0], picture)?,
            Some(0) => self.run_into(&chain[1..], &self.run_alone(&chain[0], picture)?, out)?,
            Some(index) => self.run_into(&chain[index..], &self.run(&chain[..index], picture)?, out)?,
            None => {
                let plan = Plan::new(chain, picture.dim(), self.keep_alpha)?;
                self.run_plan(&plan, &Strip::whole(picture), 0..out.height(), out.as_mut_slice());
            }
        }
        Ok(())
    }

    /// The output of an operator that has no stage in a plan.
    fn run_alone<T: Pixel>(&self, filter: &Filter, picture: &Image<T>) -> Result<Image<T>, Error> {
        Ok(match &filter.kind {
            Kind::Picture(operator) => self.run_picture(&**operator, picture),
            Kind::Regions(regions) => {
                let mut out = Image::zeros(regions.shape(picture.dim())?);
                let reduction = self.reduction::<T>(&**regions, picture.dim());
                reduction.rows::<T, Error>(0..out.height(), &mut Strip::whole(picture), out.as_mut_slice())?;
                out
            }
            Kind::MultiPass(operator) => {
                let fill = FillTransparent::before_pooling(operator.window(), Border::Zero);
                let filled = fill.filter(|_| self.keep_alpha).map(|fill| self.filled(fill, picture));
                let picture = filled.as_ref().unwrap_or(picture);
                let operator = self.analyse(&**operator, picture);
                let mut out = Image::zeros(filter.shape(picture.dim())?);
                let plan = Plan::of_rows(&*operator, [picture.dim(), out.dim()]);
                self.run_plan(&plan, &Strip::whole(picture), 0..out.height(), out.as_mut_slice());
                out
            }
            Kind::Rows(_) => unreachable!("{}: has a stage in a plan", filter.name()),
        })
    }

    /// The operator that an analysis of the picture yields.
    fn analyse<T: Pixel>(&self, filter: &dyn ErasedMultiPass, picture: &Image<T>) -> Box<dyn ErasedRows> {
        let mut analysis = analysis_of::<T>(filter, picture.dim(), self.keep_alpha);
        let line = picture.line_length();
        let batch = (READ_BYTES / (line * size_of::<T>())).max(1);
        loop {
            let batches = picture.as_slice().chunks(batch * line);
            batches.enumerate().for_each(|(index, rows)| analysis.add(index * batch, rows));
            if !analysis.needs_another_pass() {
                return analysis.finish();
            }
        }
    }

    /// The reduction of a picture of `shape` by the regions of an operator.
    fn reduction<T: Pixel>(&self, regions: &dyn RegionOperator, shape: Dimensions) -> RegionReduction {
        let (height, width, channels) = shape;
        let totals = Totals { reduce: regions.reduce(), channels, alpha: self.keep_alpha };
        RegionReduction::new::<T>(regions.grids(height, width), totals, width * channels, self.level)
    }

    /// The output of an operator on pictures; transparent pixels are filled first.
    fn run_picture<T: Pixel>(&self, filter: &dyn ErasedPicture, picture: &Image<T>) -> Image<T> {
        if !self.keep_alpha || filter.minds_alpha() {
            return run_picture(filter, picture);
        }
        let filled = match filter.reach() {
            Some(reach) => self.filled(FillTransparent::before_picture(reach, filter.border()), picture),
            None => {
                let mut filled = picture.clone();
                fill_with_mean(&mut filled);
                self.filled(FillTransparent::NEAR, &filled)
            }
        };
        run_picture(filter, &filled)
    }

    /// A picture with its transparent pixels filled.
    fn filled<T: Pixel>(&self, fill: FillTransparent, picture: &Image<T>) -> Image<T> {
        let mut filled = Image::zeros(picture.dim());
        let plan = Plan::of_fill(fill, picture.dim());
        self.run_plan(&plan, &Strip::whole(picture), 0..picture.height(), filled.as_mut_slice());
        filled
    }

    /// Runs a chain without the picture or its output in memory as a whole: rows are read as they are needed, and
    /// written when they are done. The result is that of [`run`](Engine::run).
    ///
    /// # Shape
    /// `read` fills whole rows of a picture of `shape`, from a given row on. Rows are read from top to bottom; an
    /// operator that needs several passes, as for the border `wrap`, begins again at row 0. `write` gets the next whole
    /// rows of the output.
    ///
    /// # Errors
    /// If the picture is too small, if `read` or `write` fails, or [`Error::NotByRows`] if an operator needs the whole
    /// picture at once ([`first_not_by_rows`] finds it beforehand).
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
