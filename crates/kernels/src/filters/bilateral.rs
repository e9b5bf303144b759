use super::gaussian::SIGMA;
use super::shared::parameters::{BORDER, Parameter, Values};
use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// A mean of the pixels around: the nearer a pixel, in place and in value, the more it counts. Edges stay, because what
/// lies beyond them differs too much.
fn formula(around: &Neighbourhood, sigma: f64, range: f64, radius: isize) -> f64 {
    let (pixel, full) = (around.at(0, 0), around.depth().full);
    let (mut sum, mut weights) = (0.0, 0.0);
    for (dy, dx) in disc(radius) {
        let other = around.at(dy, dx);
        let (distance, difference) = ((dy * dy + dx * dx) as f64, (other - pixel) / full);
        let weight = bell(distance, sigma) * bell(difference * difference, range);
        sum += weight * other;
        weights += weight;
    }
    sum / weights
}

pub(super) static ENTRY: Entry = Entry {
    name: "bilateral",
    summary: "smooths and keeps edges: the nearer a pixel in place and in value the more it counts",
    formula: "Σ w·a / Σ w, w = exp(-(x² + y²) / 2σ²) · exp(-(a - a₀)² / 2·range²) where x² + y² ≤ (size / 2)²",
    source: "C. Tomasi, R. Manduchi: Bilateral filtering for gray and color images (ICCV 1998)",
    parameters: &[SIGMA, RANGE, SIZE, BORDER],
    variants: &["sigma=1.8,range=0.25", "sigma=3"],
    build,
};

const RANGE: Parameter = Parameter {
    name: "range",
    default: "0.1",
    values: Values::Real(0.001, 10.0),
    help: "part of the full range: a pixel that differs so much counts six tenths",
};

const SIZE: Parameter = Parameter {
    name: "size",
    default: "",
    values: Values::Odd(1, 255),
    help: "diameter of the window (default: one and a half sigma to each side)",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let real = |name: &str, default: f64| arguments.real(name).unwrap_or(default);
    let (sigma, range) = (real("sigma", 1.0), real("range", 0.1));
    // As OpenCV does.
    let radius = arguments.whole("size").map_or(((1.5 * sigma).round() as usize).max(1), |size| size / 2);
    let bilateral = Bilateral { sigma, range, radius, border: arguments.border()? };
    Ok(Filter::rows(arguments.operator(), bilateral, move |around| formula(around, sigma, range, radius as isize)))
}

/// `exp(-x² / 2·width²)`.
fn bell(square: f64, width: f64) -> f64 {
    (-square / (2.0 * width * width)).exp()
}

/// The places of a disc, row by row.
fn disc(radius: isize) -> impl Iterator<Item = (isize, isize)> {
    let square = (-radius..=radius).flat_map(move |dy| (-radius..=radius).map(move |dx| (dy, dx)));
    square.filter(move |(dy, dx)| dy * dy + dx * dx <= radius * radius)
}

#[derive(Debug)]
struct Bilateral {
    sigma: f64,
    range: f64,
    radius: usize,
    border: Border,
}

impl Operator for Bilateral {
    type Kernel<T: Pixel> = BilateralRow;

    fn window(&self) -> Window {
        Window::centred(2 * self.radius + 1)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> BilateralRow {
        let radius = self.radius as isize;
        let place = |(dy, dx): (isize, isize)| {
            let weight = bell((dy * dy + dx * dx) as f64, self.sigma) as f32;
            ((dy + radius) as usize, (dx + radius) as usize * channels, weight)
        };
        let by_difference =
            |difference: usize| bell((difference as f64 / f64::from(T::FULL)).powi(2), self.range) as f32;
        BilateralRow {
            places: disc(radius).map(place).collect(),
            centre: (self.radius, self.radius * channels),
            by_difference: if T::BINS_ARE_EXACT { (0..T::BINS).map(by_difference).collect() } else { Vec::new() },
            steepness: (0.5 / (self.range * f64::from(T::FULL)).powi(2)) as f32,
            sums: Vec::new(),
        }
    }
}

struct BilateralRow {
    /// Row, first number and weight of each place of the disc.
    places: Vec<(usize, usize, f32)>,
    centre: (usize, usize),
    /// The weights of whole differences; none where differences are not whole.
    by_difference: Vec<f32>,
    steepness: f32,
    /// For each pixel, the sum and the sum of the weights.
    sums: Vec<[f32; 2]>,
}

impl<T: Pixel> Kernel<T> for BilateralRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        self.sums.clear();
        self.sums.resize(out.len(), [0.0; 2]);
        let centre = &rows.get(self.centre.0)[self.centre.1..][..out.len()];
        for &(row, first, near) in &self.places {
            let others = &rows.get(row)[first..][..out.len()];
            for ((sums, &other), &pixel) in self.sums.iter_mut().zip(others).zip(centre) {
                let (other, difference) = (other.to_real(), (other.to_real() - pixel.to_real()).abs());
                let alike = match self.by_difference.get(difference as usize) {
                    Some(weight) => *weight,
                    None => (-self.steepness * difference * difference).exp(),
                };
                sums[0] += near * alike * other;
                sums[1] += near * alike;
            }
        }
        out.iter_mut().zip(&self.sums).for_each(|(out, [sum, weights])| *out = T::from_real(sum / weights));
    }
}
