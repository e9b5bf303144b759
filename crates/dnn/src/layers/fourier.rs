use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::{Arguments, Entry, Kind, Layer};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Each number and its waves, `x, sin x, cos x, … sin Kx, cos Kx`: a dense layer after it is a Fourier series, so that
/// a net can tell small differences of x apart. With `products`, for two numbers `x, y`: both, and the products of
/// every wave (or 1) of `x` and every wave (or 1) of `y`.
///
/// Each wave follows from those before: `sin kx = sin (k − 1)x·cos x + cos (k − 1)x·sin x`, and likewise cos.
///
/// The derivation: `∂(sin kx)/∂x = k·cos kx` and `∂(cos kx)/∂x = −k·sin kx`, each of which is another output times ±k;
/// with products, too, since the factor of the other number stays.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, (2K + 1)·c]`: first all numbers, then all sines of them, all cosines, all sines of
/// twice, …; with products `[n, 2]` → `[n, (2K + 1)² + 1]`: `x, y`, then row by row the products of `1, sin x, cos x,
/// …` (rows) with `1, sin y, cos y, …`, without the first, `1·1`
///
/// M. Robinson, *mandelbrotnn*; M. Tancik et al., *Fourier features let networks learn high frequency functions in low
/// dimensional domains* (2020).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fourier {
    input: Shape,
    order: usize,
    products: bool,
}

/// Most waves of a number: a hundred thousand products.
const MOST: usize = 1 << 10;

/// Writes `sin x, cos x, sin 2x, cos 2x, …`, each for all of `x`, until `waves` is full.
///
/// ```
/// let mut waves = [0.0; 4];
/// glassbox_dnn::layers::waves(&[0.0], &mut waves);
/// assert_eq!(waves, [0.0, 1.0, 0.0, 1.0]);
/// ```
pub fn waves<T: Real>(x: &[T], waves: &mut [T]) {
    let c = x.len();
    for (i, x) in x.iter().enumerate() {
        let (sin, cos) = x.sin_cos();
        let (mut s, mut k) = (sin, cos);
        for pair in waves.chunks_exact_mut(2 * c) {
            (pair[i], pair[c + i]) = (s, k);
            (s, k) = (s * cos + k * sin, k * cos - s * sin);
        }
    }
}

impl Kind for Fourier {
    const ENTRY: Entry = Entry {
        name: "fourier",
        usage: "fourier K [products]",
        summary: "each number and its waves up to the K-th; of two numbers, products of waves",
        formula: "x, sin x, cos x, …, sin Kx, cos Kx",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (input, products) = (arguments.input, arguments.flag("products"));
        let order = arguments.count("how many waves")?;
        if order > MOST {
            return Err(arguments.wrong(format!("{order} waves; 1 to {MOST} are allowed")));
        }
        if products && input != Shape::from(2) {
            return Err(arguments.wrong(format!("products are of two numbers, not of {input}")));
        }
        Ok(Self { input, order, products })
    }
}

impl Fourier {
    /// 1 and the waves of a number.
    fn side(&self) -> usize {
        2 * self.order + 1
    }

    /// The derivative of wave `i` of `1, sin x, cos x, sin 2x, …`: the index of a wave, and its factor.
    fn derivative<T: Real>(i: usize) -> (usize, T) {
        let k = T::from_f64(i.div_ceil(2) as f64);
        match i {
            0 => (0, T::zero()),
            _ if i % 2 == 1 => (i + 1, k),
            _ => (i - 1, -k),
        }
    }

    fn all_products<T: Real>(&self, xy: &[T], output: &mut [T], both: &mut [T]) {
        let side = self.side();
        both[..2].fill(T::one());
        waves(xy, &mut both[2..]);
        output[..2].copy_from_slice(xy);
        for (at, y) in output[2..].iter_mut().enumerate() {
            let (row, column) = ((at + 1) / side, (at + 1) % side);
            *y = both[2 * row] * both[2 * column + 1];
        }
    }

    fn product_gradient<T: Real>(&self, output: &[T], gradient: &[T], input_gradient: &mut [T]) {
        let side = self.side();
        let mut sums = [gradient[0], gradient[1]];
        for (at, &g) in gradient[2..].iter().enumerate() {
            let (row, column) = ((at + 1) / side, (at + 1) % side);
            // The derivative of 1 is 0 and needs no output: 1·1 is none of them.
            let (to, factor) = Self::derivative::<T>(row);
            sums[0] += if row > 0 { g * factor * output[1 + to * side + column] } else { T::zero() };
            let (to, factor) = Self::derivative::<T>(column);
            sums[1] += if column > 0 { g * factor * output[1 + row * side + to] } else { T::zero() };
        }
        input_gradient.copy_from_slice(&sums);
    }
}

impl<T: Real> Layer<T> for Fourier {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("fourier {}{}", self.order, if self.products { " products" } else { "" })
    }

    fn output(&self) -> Shape {
        let channels =
            if self.products { self.side().pow(2) + 1 } else { self.side().saturating_mul(self.input.channels) };
        Shape { channels, ..self.input }
    }

    fn multiplications(&self) -> u64 {
        let products = if self.products { self.side().pow(2) } else { 0 };
        4 * self.order as u64 * self.input.len() as u64 + products as u64
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let joined = |graph: &mut Onnx<T>, parts: &[String]| {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            graph.add("Concat", &parts, vec![("axis", Attribute::Int(1))])
        };
        let waves = |graph: &mut Onnx<T>, x: &str, first: String| {
            let mut parts = vec![first];
            for k in 1..=self.order {
                let factor = graph.scalar(k as f64);
                let angle = graph.add("Mul", &[x, &factor], vec![]);
                parts.extend(["Sin", "Cos"].map(|wave| graph.add(wave, &[&angle], vec![])));
            }
            joined(graph, &parts)
        };
        if !self.products {
            return Some(waves(graph, input, input.into()));
        }
        // Columns [n, 2K + 1, 1] times rows [n, 1, 2K + 1], cos 0x for the 1.
        let sides = [0, 1].map(|number| {
            let (at, zero, axes) = (graph.whole(vec![number]), graph.scalar(0.0), graph.whole(vec![2 - number]));
            let x = graph.add("Gather", &[input, &at], vec![("axis", Attribute::Int(1))]);
            let angle = graph.add("Mul", &[&x, &zero], vec![]);
            let one = graph.add("Cos", &[&angle], vec![]);
            let all = waves(graph, &x, one);
            graph.add("Unsqueeze", &[&all, &axes], vec![])
        });
        let products = graph.add("Mul", &[&sides[0], &sides[1]], vec![]);
        let list = graph.add("Flatten", &[&products], vec![]);
        let bounds = [1, i64::MAX, 1].map(|bound| graph.whole(vec![bound]));
        let rest = graph.add("Slice", &[&list, &bounds[0], &bounds[1], &bounds[2]], vec![]);
        Some(joined(graph, &[input.into(), rest]))
    }

    fn forward(&self, Forward { input, output, memory, .. }: Forward<'_, T>) {
        let (c, outputs) = (self.input.channels, Layer::<T>::output(self).channels);
        if self.products {
            let both = memory.scratch.numbers.room(2 * self.side());
            let samples = output.chunks_mut(outputs).zip(input.chunks(c));
            samples.for_each(|(output, input)| self.all_products(input, output, both));
            return;
        }
        let pixels = output.par_chunks_mut(outputs).zip(input.par_chunks(c));
        pixels.with_min_len(64).for_each(|(output, input)| {
            output[..c].copy_from_slice(input);
            waves(input, &mut output[c..]);
        });
    }

    fn backward(&self, Backward { output, gradient, input_gradient, .. }: Backward<'_, T>) {
        let (c, outputs) = (self.input.channels, Layer::<T>::output(self).channels);
        let known = output.par_chunks(outputs).zip(gradient.par_chunks(outputs));
        input_gradient.par_chunks_mut(c).zip(known).with_min_len(64).for_each(
            |(input_gradient, (output, gradient))| {
                if self.products {
                    return self.product_gradient(output, gradient, input_gradient);
                }
                input_gradient.copy_from_slice(&gradient[..c]);
                for (i, g) in gradient.chunks(c).enumerate().skip(1) {
                    let (to, factor) = Self::derivative::<T>(i);
                    let waves = &output[to * c..][..c];
                    input_gradient.iter_mut().zip(g).zip(waves).for_each(|((dx, &g), &wave)| *dx += factor * g * wave);
                }
            },
        );
    }
}
