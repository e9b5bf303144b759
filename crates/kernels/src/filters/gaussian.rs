use super::convolve::{Convolve, ConvolveRow};
use super::shared::convolution::{Finish, Matrix};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::shared::signed::Signed;
use super::shared::smooth::{MOST_WEIGHTS, Smooth};
use super::{Arguments, Entry};
use crate::operator::{Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Filter, Pixel};

/// The weights of a square window: they fall off with the distance `√(dy² + dx²)` like a bell, and add up to 1.
pub(super) fn mask(sigma: f64, size: usize) -> Vec<Vec<f64>> {
    let distance = |i: usize| i as f64 - (size / 2) as f64;
    let weight = |dy: f64, dx: f64| (-(dy * dy + dx * dx) / (2.0 * sigma * sigma)).exp();
    let weights: Vec<Vec<f64>> =
        (0..size).map(|y| (0..size).map(|x| weight(distance(y), distance(x))).collect()).collect();
    let sum: f64 = weights.iter().flatten().sum();
    weights.iter().map(|row| row.iter().map(|weight| weight / sum).collect()).collect()
}

fn formula(around: &Neighbourhood, mask: &[Vec<f64>]) -> f64 {
    around.correlate(mask)
}

pub(super) static ENTRY: Entry = Entry {
    name: "gaussian",
    summary: "smooths with weights that fall off like a bell: the nearer the pixel the more it counts",
    formula: "Σ exp(-(x² + y²) / 2σ²) · a / Σ exp(-(x² + y²) / 2σ²); numbers of 8 bits within 1",
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

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (sigma, border) = (arguments.real("sigma").unwrap_or(1.0), arguments.border()?);
    let size = arguments.whole("size").unwrap_or_else(|| usual_size(sigma as f32));
    let (gaussian, mask) = (Gaussian { sigma: sigma as f32, size, border }, mask(sigma, size));
    Ok(Filter::rows(arguments.operator(), gaussian, move |around| formula(around, &mask)))
}

/// The side of a window of three sigma to each side.
pub(super) fn usual_size(sigma: f32) -> usize {
    2 * (3.0 * sigma).ceil() as usize + 1
}

/// The weights along one direction, of which the mask is the product: `exp(-x² / 2σ²)`, divided by their sum.
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
