use rand::Rng;

use super::avg_pool::Mean;
use super::rule::{Answer, Back, Patch, Pool, Pooling, Rule};
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Window};
use crate::onnx::Onnx;
use crate::pass::Phase;
use crate::{Error, Real};

/// `stochastic-pool` as a layer.
pub(crate) type StochasticPool = Pool<Stochastic>;

/// In training one number of each window, drawn: `y = xᵢ` with probability `xᵢ/Σ x`; in prediction its expected value,
/// `y = Σ x²/Σ x`.
///
/// Negative numbers count as 0, so the layer belongs after a rectifier. Where nothing is greater than 0, `y = 0`.
///
/// The derivation: the draw counts as fixed, so in training the whole gradient goes to the number drawn. In prediction,
/// with `s = Σ x` and `q = Σ x²`, `∂y/∂xᵢ = (2·xᵢ·s − q)/s² = (2·xᵢ − y)/s` for `xᵢ > 0`, and 0 for the others.
///
/// Source: M. D. Zeiler, R. Fergus, Stochastic pooling for regularization of deep convolutional neural networks (2013).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stochastic;

/// The sum of the positive numbers of a channel in a window, and of their squares.
#[inline(always)]
fn sums<T: Real>(patch: Patch, input: &[T], channel: usize) -> (T, T) {
    let (mut sum, mut squares) = (T::zero(), T::zero());
    for row in patch.rows() {
        for column in patch.columns() {
            let x = input[row + column + channel].max(T::zero());
            sum += x;
            squares += x * x;
        }
    }
    (sum, squares)
}

/// The index at which the sum of the positive numbers passes `limit`; the last positive number if rounding keeps the
/// sum below it.
#[inline(always)]
fn drawn<T: Real>(patch: Patch, input: &[T], channel: usize, limit: T) -> usize {
    let (mut sum, mut last) = (T::zero(), 0);
    for row in patch.rows() {
        for column in patch.columns() {
            let at = row + column + channel;
            if input[at] > T::zero() {
                (sum, last) = (sum + input[at], at);
                if sum > limit {
                    return at;
                }
            }
        }
    }
    last
}

impl Rule for Stochastic {
    const SAVES_INDICES: bool = true;
    const DRAWS: bool = true;

    #[inline(always)]
    fn forward<T: Real>(&self, patch: Patch, input: &[T], answer: Answer<'_, T>) {
        let Answer { output, indices, mut generator } = answer;
        for (channel, (y, index)) in output.iter_mut().zip(indices).enumerate() {
            let (sum, squares) = sums(patch, input, channel);
            *y = T::zero();
            // Drawn also where nothing depends on it: what a window draws does not depend on the others.
            let chance = generator.as_mut().map(|generator| f64::from(generator.next_u32()) / 4_294_967_296.0);
            if sum == T::zero() {
                continue;
            }
            match chance {
                Some(chance) => {
                    let at = drawn(patch, input, channel, sum * T::from_f64(chance));
                    (*y, *index) = (input[at], at as u32);
                }
                None => *y = squares / sum,
            }
        }
    }

    #[inline(always)]
    fn backward<T: Real>(&self, patch: Patch, input: &[T], back: Back<'_, T>) {
        let Back { output, gradient, indices, input_gradient, phase } = back;
        for (channel, ((&y, &g), &index)) in output.iter().zip(gradient).zip(indices).enumerate() {
            if y == T::zero() {
                continue;
            }
            if phase == Phase::Train {
                input_gradient[index as usize] += g;
                continue;
            }
            let (sum, _) = sums(patch, input, channel);
            for row in patch.rows() {
                for column in patch.columns() {
                    let at = row + column + channel;
                    if input[at] > T::zero() {
                        input_gradient[at] += g * (input[at] + input[at] - y) / sum;
                    }
                }
            }
        }
    }
}

impl Pooling for Stochastic {
    const ENTRY: Entry = Entry {
        name: "stochastic-pool",
        usage: concat!("stochastic-pool K ", window_usage!(), " [ceil]"),
        summary: "a number of each window, drawn by its size in training, its mean in prediction",
        formula: "training: y = xᵢ with probability xᵢ/Σx; prediction: y = Σx²/Σx; x negative counts as 0",
        is_activation: false,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String {
        let mean = Mean { counts_padding: false };
        let x = graph.add("Relu", &[input], vec![]);
        let square = graph.add("Mul", &[&x, &x], vec![]);
        let (sum, squares) = (mean.onnx(graph, &x, window), mean.onnx(graph, &square, window));
        // A sum of 0 has squares of 0 above it: divided by the least number there is, they stay that.
        let least = graph.scalar(f64::from(f32::MIN_POSITIVE));
        let sum = graph.add("Max", &[&sum, &least], vec![]);
        graph.add("Div", &[&squares, &sum], vec![])
    }
}
