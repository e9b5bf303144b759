use glassbox_tensor::Tensor;

use super::{Arguments, Entry, Kind, Layer, Notation, Parameter, Plain, Relation};
use crate::compute::gemm::{View, gemm};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Most weights of one layer: a quarter of a GiB of `f32`.
const MOST_WEIGHTS: usize = 1 << 26;

/// A fully connected layer, every output a weighted sum of every input: `y = W·x + b`.
///
/// The derivation, for a batch whose samples are the rows of `X`, with `Y = X·Wᵀ + b` and `G = ∂E/∂Y`:
/// weight `W[j, i]` multiplies input `i` of each sample for output `j`, so `∂E/∂W[j, i] = Σₙ G[n, j]·X[n, i]`, that is
/// `Gᵀ·X`;
/// a bias multiplies 1, so `∂E/∂b[j] = Σₙ G[n, j]`;
/// an input is part of every output, so `∂E/∂X[n, i] = Σⱼ G[n, j]·W[j, i]`, that is `G·W`.
///
/// # Shape
/// `[n, …]` → `[n, outputs]`; a picture counts as the list of its numbers. `weight` `[outputs, inputs]`, `bias`
/// `[outputs, 1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense {
    /// The shape of an input sample.
    pub input: Shape,
    /// Numbers of an output sample.
    pub outputs: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl<T: Real> Plain<T> for Dense {
    fn plain_forward(&self, Forward { pass, input: x, output: y, parameters, .. }: Forward<'_, T>) {
        let (inputs, outputs, weight) = (self.inputs(), self.outputs, parameters[0].as_slice());
        for n in 0..pass.samples {
            for j in 0..outputs {
                let mut sum = parameters.get(1).map_or(T::zero(), |bias| bias.as_slice()[j]);
                for i in 0..inputs {
                    sum += weight[j * inputs + i] * x[n * inputs + i];
                }
                y[n * outputs + j] = sum;
            }
        }
    }

    fn plain_backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input: x, gradient, input_gradient, parameters, parameter_gradients, .. } = back;
        let (inputs, outputs, weight) = (self.inputs(), self.outputs, parameters[0].as_slice());
        input_gradient.fill(T::zero());
        parameter_gradients.iter_mut().for_each(|gradient| gradient.as_mut_slice().fill(T::zero()));
        for n in 0..pass.samples {
            for j in 0..outputs {
                let g = gradient[n * outputs + j];
                for i in 0..inputs {
                    parameter_gradients[0].as_mut_slice()[j * inputs + i] += g * x[n * inputs + i];
                    input_gradient[n * inputs + i] += g * weight[j * inputs + i];
                }
                if let Some(bias) = parameter_gradients.get_mut(1) {
                    bias.as_mut_slice()[j] += g;
                }
            }
        }
    }
}

impl Kind for Dense {
    const ENTRY: Entry = Entry {
        name: "dense",
        usage: "dense N [no-bias]",
        summary: "fully connected: each output is a weighted sum of all inputs, plus a bias",
        formula: "y = W·x + b",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let bias = !arguments.flag("no-bias");
        let (input, outputs) = (arguments.input, arguments.count("the number of outputs")?);
        let inputs = input.len();
        if inputs.saturating_mul(outputs) > MOST_WEIGHTS {
            return Err(arguments.wrong(format!("{outputs} after {inputs} inputs: more than {MOST_WEIGHTS} weights")));
        }
        Ok(Self { input, outputs, bias })
    }
}

impl Dense {
    /// Numbers of an input sample.
    pub fn inputs(&self) -> usize {
        self.input.len()
    }
}

impl<T: Real> Layer<T> for Dense {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("dense {}{}", self.outputs, if self.bias { "" } else { " no-bias" })
    }

    fn output(&self) -> Shape {
        self.outputs.into()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = vec![Parameter::weight(&[self.outputs, self.inputs()], self.inputs(), self.outputs)];
        if self.bias {
            parameters.push(Parameter::constant("bias", &[self.outputs, 1], 0.0));
        }
        parameters
    }

    fn multiplications(&self) -> u64 {
        self.inputs() as u64 * self.outputs as u64
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let input = graph.list(input, self.input);
        let weight = graph.parameter(&parameters[0]);
        let bias = parameters.get(1).map(|bias| graph.real(&[self.outputs], bias.as_slice().to_vec()));
        let inputs: Vec<&str> = [&input, &weight].into_iter().chain(&bias).map(String::as_str).collect();
        Some(graph.add("Gemm", &inputs, vec![("transB", Attribute::Int(1))]))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn takes_parts(&self) -> bool {
        false
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        let input = View::new(input, pass.samples, self.inputs());
        let weight = View::new(parameters[0].as_slice(), self.outputs, self.inputs());
        let bias = parameters.get(1).map(|bias| bias.as_slice());
        gemm(pass.level, input, weight.transposed(), bias, output, &mut memory.scratch);
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let input = View::new(input, pass.samples, self.inputs());
        let g = View::new(gradient, pass.samples, self.outputs);
        let weights = parameter_gradients[0].as_mut_slice();
        gemm(pass.level, g.transposed(), input, None, weights, &mut memory.scratch);
        if let Some(bias) = parameter_gradients.get_mut(1) {
            let bias = bias.as_mut_slice();
            bias.fill(T::zero());
            for gradient in gradient.chunks_exact(self.outputs) {
                bias.iter_mut().zip(gradient).for_each(|(sum, &g)| *sum += g);
            }
        }
        if !input_gradient.is_empty() {
            let weight = View::new(parameters[0].as_slice(), self.outputs, self.inputs());
            gemm(pass.level, g, weight, None, input_gradient, &mut memory.scratch);
        }
    }
}
