use super::convolve::{Convolve, ConvolveRow};
use super::shared::convolution::{Finish, Matrix};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::signed::Signed;
use super::shared::smooth::{MOST_WEIGHTS, Smooth};
use super::{Arguments, Entry};
use crate::operator::{Kernel, Operator, Rows, Window};
use crate::{Border, Error, Filter, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "gaussian",
    summary: "smooths with weights that fall off like a bell: the nearer the pixel the more it counts",
    formula: "Σ exp(-(x² + y²) / 2σ²) · a / Σ exp(-(x² + y²) / 2σ²); of 8 bits within 1",
    source: "",
    parameters: &[SIGMA, SIZE, BORDER],
    variants: &["sigma=1", "sigma=3"],
    build,
};

pub(super) const SIGMA: Parameter = Parameter {
    name: "sigma",
    default: "1",
    values: Values::Real(0.1, 40.0),
    help: "width of the bell in pixels: where the weight has fallen to six tenths",
};

const SIZE: Parameter = Parameter {
    name: "size",
    default: "",
    values: Values::Odd(1, 255),
    help: "side of the window (default: three sigma to each side)",
};

/// The window is cut off at its size; the weights add up to 1.
fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let sigma = arguments.real("sigma").unwrap_or(1.0);
    let size = arguments.whole("size").unwrap_or_else(|| usual_size(sigma));
    Ok(Filter::rows(arguments.operator(), Gaussian { sigma, size, border: arguments.border()? }))
}

/// The side of a window of three sigma to each side.
pub(super) fn usual_size(sigma: f32) -> usize {
    2 * (3.0 * sigma).ceil() as usize + 1
}

/// The weights of a bell: in each direction `exp(-x² / 2σ²)`, divided by their sum.
pub(super) fn bell(sigma: f32, size: usize) -> Vec<f32> {
    let sigma = f64::from(sigma);
    let weight = |x: usize| (-(x as f64 - (size / 2) as f64).powi(2) / (2.0 * sigma * sigma)).exp();
    let sum: f64 = (0..size).map(weight).sum();
    (0..size).map(|x| (weight(x) / sum) as f32).collect()
}

#[derive(Debug)]
struct Gaussian {
    sigma: f32,
    size: usize,
    border: Border,
}

impl Operator for Gaussian {
    type Kernel<T: Pixel> = GaussianRow;

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GaussianRow {
        let weights = bell(self.sigma, self.size);
        if T::BINS == 256 && self.size <= MOST_WEIGHTS {
            return GaussianRow::Narrow(Smooth::new(&weights, channels));
        }
        let matrix = Matrix::Separable { column: weights.clone(), row: weights };
        let finish = Finish { divisor: 1.0, offset: 0.0, signed: Signed::Clamp };
        GaussianRow::Any(Convolve { matrix, finish, border: self.border }.kernel::<T>(channels))
    }
}

enum GaussianRow {
    Narrow(Smooth),
    Any(ConvolveRow),
}

impl<T: Pixel> Kernel<T> for GaussianRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            GaussianRow::Narrow(smooth) => smooth.row(rows, out),
            GaussianRow::Any(any) => any.row(rows, out),
        }
    }
}
