use super::avg_pool::{Mean, add_scaled, give};
use super::max_pool::Max;
use super::rule::{Answer, Back, Patch, Pool, Pooling, Rule};
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Window};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// `mixed-pool` as a layer.
pub(crate) type MixedPool = Pool<Mixed>;

/// A mixture of the greatest number and the mean of each window: `y = λ·max + (1 − λ)·mean`.
///
/// The mean is over the pixels in the picture. The derivation: `∂y/∂xᵢ = (1 − λ)/n`, and λ more for the greatest.
///
/// Source: C.-Y. Lee, P. W. Gallagher, Z. Tu, Generalizing pooling functions in convolutional neural networks (2016),
/// "mixed".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mixed {
    share: f64,
}

const MEAN: Mean = Mean { counts_padding: false };

impl Rule for Mixed {
    const SAVES_INDICES: bool = true;

    #[inline(always)]
    fn forward<T: Real>(&self, patch: Patch, input: &[T], Answer { output, indices, .. }: Answer<'_, T>) {
        Max.forward(patch, input, Answer { output: &mut *output, indices, generator: None });
        let share = T::from_f64(self.share);
        for number in &mut *output {
            *number *= share;
        }
        add_scaled(patch, input, (T::one() - share) * MEAN.share(patch), output);
    }

    #[inline(always)]
    fn backward<T: Real>(&self, patch: Patch, _: &[T], back: Back<'_, T>) {
        let Back { gradient, indices, input_gradient, .. } = back;
        let share = T::from_f64(self.share);
        for (&index, &g) in indices.iter().zip(gradient) {
            input_gradient[index as usize] += g * share;
        }
        give(patch, gradient, (T::one() - share) * MEAN.share(patch), input_gradient);
    }
}

impl Pooling for Mixed {
    const ENTRY: Entry = Entry {
        name: "mixed-pool",
        usage: concat!("mixed-pool K [share λ] ", window_usage!(), " [ceil]"),
        summary: "something between the greatest number and the mean of each window (share 0.5)",
        formula: "y = λ·max + (1 − λ)·mean",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let share = arguments.number_in("share", 0.5, "0 to 1", |share| (0.0..=1.0).contains(&share))?;
        Ok(Self { share })
    }

    fn text(&self) -> String {
        format!(" share {}", self.share)
    }

    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String {
        let (max, mean) = (Max.onnx(graph, input, window), MEAN.onnx(graph, input, window));
        let (share, rest) = (graph.scalar(self.share), graph.scalar(1.0 - self.share));
        let (max, mean) = (graph.add("Mul", &[&max, &share], vec![]), graph.add("Mul", &[&mean, &rest], vec![]));
        graph.add("Add", &[&max, &mean], vec![])
    }
}
