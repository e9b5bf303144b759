use super::rule::{Answer, Back, Patch, Pool, Pooling, Rule};
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Plain, Relation, Window};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real};

/// `avg-pool` as a layer.
pub(crate) type AvgPool = Pool<Mean>;

/// The mean of each window, channel by channel: `y = Σ x / n`.
///
/// `n` is the number of the window's places in the picture. With `count-pad` the padding, which holds zeros, counts
/// too. Places beyond the padding, which `ceil` lets a window reach, never count, as in ONNX and PyTorch.
///
/// The derivation: each number is a term of the sum, `∂y/∂xᵢ = 1/n`. So it gets `1/n` of the gradient of every window
/// that contains it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mean {
    /// Whether padding is counted.
    pub(super) counts_padding: bool,
}

impl<T: Real> Plain<T> for Pool<Mean> {
    fn plain_forward(&self, Forward { pass, input: x, output: y, .. }: Forward<'_, T>) {
        let (input, output) = (self.windows.input, self.windows.output());
        for [n, i, j, c] in output.indices(pass.samples) {
            let mut sum = T::zero();
            for (_, [row, column]) in self.window.pixels(input, [i, j]) {
                sum += x[input.at([n, row, column, c])];
            }
            y[output.at([n, i, j, c])] = sum / T::from_f64(self.counted([i, j]) as f64);
        }
    }

    fn plain_backward(&self, Backward { pass, gradient, input_gradient, .. }: Backward<'_, T>) {
        let (input, output) = (self.windows.input, self.windows.output());
        input_gradient.fill(T::zero());
        for [n, i, j, c] in output.indices(pass.samples) {
            let share = gradient[output.at([n, i, j, c])] / T::from_f64(self.counted([i, j]) as f64);
            for (_, [row, column]) in self.window.pixels(input, [i, j]) {
                input_gradient[input.at([n, row, column, c])] += share;
            }
        }
    }
}

impl Pool<Mean> {
    /// The `n` of window `[i, j]`.
    fn counted(&self, [i, j]: [usize; 2]) -> usize {
        let Window { size, stride, dilation, pads: [top, left, bottom, right], .. } = self.window;
        let input = self.windows.input;
        if !self.rule.counts_padding {
            return self.window.pixels(input, [i, j]).count();
        }
        let rows = (0..size.0).filter(|k| i * stride.0 + k * dilation.0 < top + input.height + bottom);
        let columns = (0..size.1).filter(|l| j * stride.1 + l * dilation.1 < left + input.width + right);
        rows.count() * columns.count()
    }
}

impl Mean {
    /// 1/n.
    #[inline(always)]
    pub(super) fn share<T: Real>(self, patch: Patch) -> T {
        T::one() / T::from_f64(if self.counts_padding { patch.counted() } else { patch.count() } as f64)
    }

    /// The attributes of ONNX's `AveragePool`.
    pub(super) fn attributes(self, window: &Window) -> Vec<(&'static str, Attribute)> {
        let mut attributes = window.onnx(true);
        attributes.push(("count_include_pad", Attribute::Int(self.counts_padding.into())));
        attributes
    }
}

impl Rule for Mean {
    #[inline(always)]
    fn forward<T: Real>(&self, patch: Patch, input: &[T], Answer { output, .. }: Answer<'_, T>) {
        output.fill(T::zero());
        add_scaled(patch, input, T::one(), output);
        let share = self.share(patch);
        for sum in output {
            *sum *= share;
        }
    }

    #[inline(always)]
    fn backward<T: Real>(&self, patch: Patch, _: &[T], Back { gradient, input_gradient, .. }: Back<'_, T>) {
        give(patch, gradient, self.share(patch), input_gradient);
    }
}

/// Adds the pixels of a window, times `factor`, to `sums`.
#[inline(always)]
pub(super) fn add_scaled<T: Real>(patch: Patch, input: &[T], factor: T, sums: &mut [T]) {
    let c = patch.channels;
    let sums = &mut sums[..c];
    for row in patch.rows() {
        for column in patch.columns() {
            let numbers = &input[row + column..][..c];
            for i in 0..c {
                sums[i] += numbers[i] * factor;
            }
        }
    }
}

/// Adds `gradient` times `factor` to every pixel of a window.
#[inline(always)]
pub(super) fn give<T: Real>(patch: Patch, gradient: &[T], factor: T, input_gradient: &mut [T]) {
    let c = patch.channels;
    let gradient = &gradient[..c];
    for row in patch.rows() {
        for column in patch.columns() {
            let sums = &mut input_gradient[row + column..][..c];
            for i in 0..c {
                sums[i] += gradient[i] * factor;
            }
        }
    }
}

impl Pooling for Mean {
    const ENTRY: Entry = Entry {
        name: "avg-pool",
        usage: concat!("avg-pool K ", window_usage!(), " [ceil] [count-pad]"),
        summary: "the mean of each window",
        formula: "y = Σ x / n over the window",
        is_activation: false,
    };

    const RELATION: Option<Relation> = Some(Relation::Sum);

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { counts_padding: arguments.flag("count-pad") })
    }

    fn text(&self) -> String {
        if self.counts_padding { " count-pad".into() } else { String::new() }
    }

    fn plain<T: Real>(pool: &Pool<Self>) -> Option<&dyn Plain<T>> {
        Some(pool)
    }

    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String {
        graph.add("AveragePool", &[input], self.attributes(window))
    }
}
