use super::avg_pool::Mean;
use super::rule::{Answer, Back, Patch, Pool, Pooling, Rule};
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Window};
use crate::onnx::{Attribute, Onnx};
use crate::{Error, Real};

/// `lp-pool` as a layer.
pub(crate) type LpPool = Pool<Norm>;

/// The p-norm of each window, channel by channel: `y = (Σ |x|^p)^(1/p)`, with `mean` `y = (Σ |x|^p / n)^(1/p)`, `n`
/// being the number of pixels in the window. It goes from the sum of magnitudes (`p = 1`) to the greatest magnitude (`p
/// → ∞`).
///
/// It is computed as `m·(Σ (|x|/m)^p)^(1/p)`, `m` the greatest magnitude, so that no power overflows.
///
/// The derivation: with `s = Σ |x|^p`, `∂y/∂xᵢ = (1/p)·s^(1/p − 1)·p·|xᵢ|^(p − 1)·sign xᵢ = sign xᵢ·(|xᵢ|/y)^(p − 1)`;
/// with `mean`, `1/n` of that. At 0 it counts as 0.
///
/// Source: P. Sermanet, S. Chintala, Y. LeCun, Convolutional neural networks applied to house numbers digit
/// classification (2012); ONNX's `LpPool` has no mean, the review H. Gholamalinezhad, H. Khosravi, Pooling methods in
/// deep neural networks (2020), has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Norm {
    p: f64,
    is_mean: bool,
}

impl Norm {
    #[inline(always)]
    fn share<T: Real>(self, patch: Patch) -> T {
        if self.is_mean { Mean { counts_padding: false }.share(patch) } else { T::one() }
    }
}

/// `x^p` of a number that is not negative; the usual powers are faster apart.
#[inline(always)]
fn power<T: Real>(x: T, p: f64) -> T {
    if p == 1.0 {
        x
    } else if p == 2.0 {
        x * x
    } else if p == 0.5 {
        x.sqrt()
    } else {
        x.powf(T::from_f64(p))
    }
}

impl Rule for Norm {
    #[inline(always)]
    fn forward<T: Real>(&self, patch: Patch, input: &[T], Answer { output, .. }: Answer<'_, T>) {
        for (channel, norm) in output.iter_mut().enumerate() {
            let mut greatest = T::zero();
            for row in patch.rows() {
                for column in patch.columns() {
                    greatest = greatest.max(input[row + column + channel].abs());
                }
            }
            *norm = T::zero();
            if greatest == T::zero() {
                continue;
            }
            let mut sum = T::zero();
            for row in patch.rows() {
                for column in patch.columns() {
                    sum += power(input[row + column + channel].abs() / greatest, self.p);
                }
            }
            *norm = greatest * power(sum * self.share(patch), 1.0 / self.p);
        }
    }

    #[inline(always)]
    fn backward<T: Real>(&self, patch: Patch, input: &[T], back: Back<'_, T>) {
        let Back { output, gradient, input_gradient, .. } = back;
        let share = self.share::<T>(patch);
        for (channel, (&norm, &g)) in output.iter().zip(gradient).enumerate() {
            for row in patch.rows() {
                for column in patch.columns() {
                    let at = row + column + channel;
                    let x = input[at];
                    if x != T::zero() {
                        let part = power(x.abs() / norm, self.p - 1.0) * share * g;
                        input_gradient[at] += if x < T::zero() { -part } else { part };
                    }
                }
            }
        }
    }
}

impl Pooling for Norm {
    const ENTRY: Entry = Entry {
        name: "lp-pool",
        usage: concat!("lp-pool K [p P] [mean] ", window_usage!(), " [ceil]"),
        summary: "the p-norm of each window (p 2)",
        formula: "y = (Σ |x|^p)^(1/p), with mean (Σ |x|^p / n)^(1/p)",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let p = arguments.number_in("p", 2.0, "more than 0, at most 1000", |p| p > 0.0 && p <= 1000.0)?;
        Ok(Self { p, is_mean: arguments.flag("mean") })
    }

    fn text(&self) -> String {
        format!(" p {}{}", self.p, if self.is_mean { " mean" } else { "" })
    }

    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String {
        let norm = |p: f64| {
            let mut attributes = window.onnx(true);
            attributes.push(("p", Attribute::Int(p as i64)));
            attributes
        };
        if !self.is_mean && self.p.fract() == 0.0 {
            return graph.add("LpPool", &[input], norm(self.p));
        }
        let size = graph.add("Abs", &[input], vec![]);
        let (p, root) = (graph.scalar(self.p), graph.scalar(1.0 / self.p));
        let powers = graph.add("Pow", &[&size, &p], vec![]);
        let pooled = if self.is_mean {
            graph.add("AveragePool", &[&powers], Mean { counts_padding: false }.attributes(window))
        } else {
            graph.add("LpPool", &[&powers], norm(1.0))
        };
        graph.add("Pow", &[&pooled, &root], vec![])
    }
}
