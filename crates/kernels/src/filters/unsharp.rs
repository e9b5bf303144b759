use super::gaussian::{SIGMA, bell, usual_size};
use super::shared::convolution::{Matrix, Sums};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "unsharp",
    summary: "sharpens by what smoothing would take away",
    formula: "a + amount · (a - gaussian(a)) where |a - gaussian(a)| reaches the threshold",
    source: "",
    parameters: &[AMOUNT, SIGMA, THRESHOLD, BORDER],
    variants: &["amount=2,sigma=3"],
    build,
};

const AMOUNT: Parameter = Parameter {
    name: "amount",
    default: "1",
    values: Values::Real(0.0, 100.0),
    help: "how many times the difference is added",
};

const THRESHOLD: Parameter = Parameter {
    name: "threshold",
    default: "0",
    values: Values::Real(0.0, 1.0),
    help: "part of the range below which a difference is left alone, so that noise is",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(Filter::rows(
        arguments.operator(),
        Unsharp {
            amount: arguments.real("amount").unwrap_or(1.0),
            sigma: arguments.real("sigma").unwrap_or(1.0),
            threshold: arguments.real("threshold").unwrap_or(0.0),
            border: arguments.border()?,
        },
    ))
}

/// Unsharp masking: what a Gaussian would smooth away is added once more.
#[derive(Clone, Copy, Debug)]
struct Unsharp {
    /// How many times the difference is added.
    amount: f32,
    /// Standard deviation of the Gaussian in pixels, greater than 0.
    sigma: f32,
    /// Part of the range below which a difference is left alone.
    threshold: f32,
    /// What stands beyond the edge.
    border: Border,
}

impl Unsharp {
    fn size(&self) -> usize {
        usual_size(self.sigma)
    }
}

impl Operator for Unsharp {
    type Kernel<T: Pixel> = UnsharpRow;

    fn window(&self) -> Window {
        Window::centred(self.size())
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> UnsharpRow {
        let weights = bell(self.sigma, self.size());
        let matrix = Matrix::Separable { column: weights.clone(), row: weights };
        UnsharpRow { sums: Sums::new(matrix, channels), of: *self, channels, smooth: Vec::new() }
    }
}

pub(super) struct UnsharpRow {
    sums: Sums,
    of: Unsharp,
    channels: usize,
    smooth: Vec<f32>,
}

impl<T: Pixel> Kernel<T> for UnsharpRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.smooth.resize(out.len(), 0.0);
        self.sums.row(rows, &mut self.smooth, |sum| sum);
        let middle = self.of.size() / 2;
        let sharp = &rows.get(middle)[middle * self.channels..];
        let (amount, threshold) = (self.of.amount, self.of.threshold * T::FULL);
        for ((out, &sharp), &smooth) in out.iter_mut().zip(sharp).zip(&self.smooth) {
            let sharp = sharp.to_real();
            let difference = sharp - smooth;
            let added = if difference.abs() >= threshold { amount * difference } else { 0.0 };
            *out = T::from_real(sharp + added);
        }
    }
}
