use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::arguments::size_text;
use super::{Arguments, Entry, Kind, Layer, Notation, Plain, Relation};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// The picture `N` times as high and wide (`NxM`: `N` times as high, `M` as wide): each pixel repeated (`nearest`), or
/// mixed from the four pixels around it (`bilinear`).
///
/// Bilinear: a pixel's number belongs to its middle, so row `i` of the output lies at `(i + ½)/N − ½` among the rows of
/// the input; beyond the outermost rows their numbers continue. With `i₀` the row above and `λ` the distance from it,
/// `y = (1 − λ)·x[i₀] + λ·x[i₀ + 1]`, and the same along columns (PyTorch: `align_corners=False`; ONNX: `half_pixel`).
///
/// The derivation: the output is a weighted sum of pixels, so each pixel gets the gradient times its weight.
///
/// # Shape
/// `[n, h, w, c]` → `[n, N·h, M·w, c]`
#[derive(Clone, Debug)]
pub struct Up {
    input: Shape,
    factor: (usize, usize),
    is_bilinear: bool,
    rows: Vec<Between>,
    columns: Vec<Between>,
}

/// Two rows or columns and their weights.
#[derive(Clone, Copy, Debug)]
struct Between {
    indices: [usize; 2],
    weights: [f64; 2],
}

impl<T: Real> Plain<T> for Up {
    fn plain_forward(&self, Forward { pass, input: x, output: y, .. }: Forward<'_, T>) {
        let (input, output) = (self.input, Layer::<T>::output(self));
        for [n, i, j, c] in output.indices(pass.samples) {
            let mut sum = T::zero();
            for (row, in_row) in self.rows[i].each() {
                for (column, in_column) in self.columns[j].each() {
                    sum += T::from_f64(in_row * in_column) * x[input.at([n, row, column, c])];
                }
            }
            y[output.at([n, i, j, c])] = sum;
        }
    }

    fn plain_backward(&self, Backward { pass, gradient, input_gradient, .. }: Backward<'_, T>) {
        let (input, output) = (self.input, Layer::<T>::output(self));
        input_gradient.fill(T::zero());
        for [n, i, j, c] in output.indices(pass.samples) {
            for (row, in_row) in self.rows[i].each() {
                for (column, in_column) in self.columns[j].each() {
                    let weight = T::from_f64(in_row * in_column);
                    input_gradient[input.at([n, row, column, c])] += weight * gradient[output.at([n, i, j, c])];
                }
            }
        }
    }
}

/// The rows (or columns) that row `place` of the output mixes, `side` being the number of the input's.
fn between(place: usize, factor: usize, side: usize, is_bilinear: bool) -> Between {
    if !is_bilinear {
        return Between { indices: [place / factor; 2], weights: [1.0, 0.0] };
    }
    let exact = ((place as f64 + 0.5) / factor as f64 - 0.5).max(0.0);
    let first = (exact as usize).min(side - 1);
    let weight = exact - first as f64;
    Between { indices: [first, (first + 1).min(side - 1)], weights: [1.0 - weight, weight] }
}

impl Between {
    /// Both rows or columns, each with its weight.
    fn each(self) -> impl Iterator<Item = (usize, f64)> {
        self.indices.into_iter().zip(self.weights)
    }
}

impl Kind for Up {
    const ENTRY: Entry = Entry {
        name: "up",
        usage: "up N|NxM [nearest | bilinear]",
        summary: "the picture N times as large: pixels repeated or mixed",
        formula: "nearest: y[i, j] = x[⌊i/N⌋, ⌊j/M⌋]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (is_nearest, is_bilinear) = (arguments.flag("nearest"), arguments.flag("bilinear"));
        if is_nearest && is_bilinear {
            return Err(arguments.wrong("only one of nearest and bilinear can be"));
        }
        let (input, factor) = (arguments.input, arguments.size("the factor")?);
        if input.height.saturating_mul(factor.0).saturating_mul(input.width.saturating_mul(factor.1)) > MOST_PIXELS {
            return Err(arguments.wrong(format!("more than {MOST_PIXELS} pixels")));
        }
        let rows = (0..input.height * factor.0).map(|y| between(y, factor.0, input.height, is_bilinear)).collect();
        let columns = (0..input.width * factor.1).map(|x| between(x, factor.1, input.width, is_bilinear)).collect();
        Ok(Self { input, factor, is_bilinear, rows, columns })
    }
}

/// Most pixels of an output.
const MOST_PIXELS: usize = 1 << 26;

impl Up {
    /// The offsets of the source pixels of an output pixel, and their weights.
    fn sources<T: Real>(&self, row: Between, column: Between) -> [(usize, T); 4] {
        let source = |y: usize, x: usize| {
            let place = (row.indices[y] * self.input.width + column.indices[x]) * self.input.channels;
            (place, T::from_f64(row.weights[y] * column.weights[x]))
        };
        [source(0, 0), source(0, 1), source(1, 0), source(1, 1)]
    }
}

impl<T: Real> Layer<T> for Up {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        let method = if self.is_bilinear { "bilinear" } else { "nearest" };
        format!("up {} {method}", size_text(self.factor, true))
    }

    fn output(&self) -> Shape {
        Shape::picture(self.rows.len(), self.columns.len(), self.input.channels)
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.input);
        let factors = [1.0, 1.0, self.factor.0 as f64, self.factor.1 as f64].map(T::from_f64);
        let scales = graph.real(&[4], factors.to_vec());
        let attributes = if self.is_bilinear {
            vec![("mode", Attribute::Text("linear")), ("coordinate_transformation_mode", Attribute::Text("half_pixel"))]
        } else {
            vec![
                ("mode", Attribute::Text("nearest")),
                ("coordinate_transformation_mode", Attribute::Text("asymmetric")),
                ("nearest_mode", Attribute::Text("floor")),
            ]
        };
        let output = graph.add("Resize", &[&input, "", &scales], attributes);
        Some(graph.settle(output, Layer::<T>::output(self)))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let (inputs, outputs, c) = (self.input.len(), Layer::<T>::output(self).len(), self.input.channels);
        output.par_chunks_mut(outputs).zip(input.par_chunks(inputs)).for_each(|(output, input)| {
            for (row, output) in self.rows.iter().zip(output.chunks_exact_mut(self.columns.len() * c)) {
                for (column, output) in self.columns.iter().zip(output.chunks_exact_mut(c)) {
                    let sources = self.sources::<T>(*row, *column);
                    if !self.is_bilinear {
                        output.copy_from_slice(&input[sources[0].0..][..c]);
                        continue;
                    }
                    let [(nw, a), (ne, b), (sw, d), (se, e)] = sources.map(|(at, weight)| (&input[at..][..c], weight));
                    for (i, y) in output.iter_mut().enumerate() {
                        *y = nw[i] * a + ne[i] * b + (sw[i] * d + se[i] * e);
                    }
                }
            }
        });
    }

    fn backward(&self, Backward { gradient, input_gradient, .. }: Backward<'_, T>) {
        let (inputs, outputs, c) = (self.input.len(), Layer::<T>::output(self).len(), self.input.channels);
        let used = if self.is_bilinear { 4 } else { 1 };
        input_gradient.par_chunks_mut(inputs).zip(gradient.par_chunks(outputs)).for_each(|(sums, gradient)| {
            sums.fill(T::zero());
            for (row, gradient) in self.rows.iter().zip(gradient.chunks_exact(self.columns.len() * c)) {
                for (column, gradient) in self.columns.iter().zip(gradient.chunks_exact(c)) {
                    for (at, weight) in self.sources::<T>(*row, *column).into_iter().take(used) {
                        sums[at..][..c].iter_mut().zip(gradient).for_each(|(sum, &g)| *sum += g * weight);
                    }
                }
            }
        });
    }
}
