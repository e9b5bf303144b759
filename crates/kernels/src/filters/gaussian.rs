use super::convolution::{Finish, Matrix};
use super::convolve::ConvolveRow;
use super::parameters::{BORDER, Parameter, Values};
use super::signed::Signed;
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "gaussian",
    summary: "smooths with weights that fall off like a bell: the nearer the pixel the more it counts",
    formula: "Σ exp(-(x² + y²) / 2σ²) · a / Σ exp(-(x² + y²) / 2σ²)",
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

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let sigma = arguments.real("sigma").unwrap_or(1.0);
    let size = arguments.whole("size").unwrap_or_else(|| Gaussian::usual_size(sigma));
    Ok(Box::new(Gaussian { sigma, size, border: arguments.border()? }))
}

/// Gaussian smoothing, cut off at the window's edge, the weights adding up to 1.
#[derive(Clone, Copy, Debug)]
pub struct Gaussian {
    /// Standard deviation in pixels, greater than 0.
    pub sigma: f32,
    /// Side of the window, odd.
    pub size: usize,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Gaussian {
    /// The side of a window of three sigma to each side.
    pub fn usual_size(sigma: f32) -> usize {
        2 * (3.0 * sigma).ceil() as usize + 1
    }

    /// The weights of a row: `exp(-x² / 2σ²)`, divided by their sum.
    pub(super) fn weights(sigma: f32, size: usize) -> Vec<f32> {
        let sigma = f64::from(sigma);
        let weight = |x: usize| (-(x as f64 - (size / 2) as f64).powi(2) / (2.0 * sigma * sigma)).exp();
        let sum: f64 = (0..size).map(weight).sum();
        (0..size).map(|x| (weight(x) / sum) as f32).collect()
    }

    fn matrix(&self) -> Matrix {
        let weights = Self::weights(self.sigma, self.size);
        Matrix::Separable { column: weights.clone(), row: weights }
    }
}

impl Operator for Gaussian {
    type Kernel<T: Pixel> = ConvolveRow;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        self.matrix().window()
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ConvolveRow {
        let finish = Finish { divisor: 1.0, offset: 0.0, signed: Signed::Clamp };
        ConvolveRow::new(self.matrix(), finish, channels)
    }
}
