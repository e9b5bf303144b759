use super::gaussian::{SIGMA, bell, mask, usual_size};
use super::shared::convolution::{Matrix, Sums};
use super::shared::parameters::{BORDER, Parameter, Values};
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// The difference from a smoothed pixel is added `amount` times, unless it is below the threshold.
fn formula(around: &Neighbourhood, mask: &[Vec<f64>], amount: f64, threshold: f64) -> f64 {
    let pixel = around.at(0, 0);
    let difference = pixel - around.correlate(mask);
    if difference.abs() < threshold * around.depth().full { pixel } else { pixel + amount * difference }
}

pub(super) static ENTRY: Entry = Entry {
    name: "unsharp",
    summary: "sharpens: adds the details that smoothing would remove",
    formula: "a + amount · (a - gaussian(a)) where |a - gaussian(a)| reaches the threshold, else a",
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
    help: "part of the range: smaller differences, such as noise, are not added",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let real = |name: &str, default: f64| arguments.real(name).unwrap_or(default);
    let (amount, sigma, threshold) = (real("amount", 1.0), real("sigma", 1.0), real("threshold", 0.0));
    let unsharp = Unsharp {
        amount: amount as f32,
        sigma: sigma as f32,
        threshold: threshold as f32,
        border: arguments.border()?,
    };
    let mask = mask(sigma, unsharp.size());
    Ok(Filter::rows(arguments.operator(), unsharp, move |around| formula(around, &mask, amount, threshold)))
}

#[derive(Clone, Copy, Debug)]
struct Unsharp {
    amount: f32,
    sigma: f32,
    threshold: f32,
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

struct UnsharpRow {
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
