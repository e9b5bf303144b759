use glassbox_tensor::Tensor;
use rayon::prelude::*;

use crate::compute::conv::{Convolution, Padded};
use crate::layers::arguments::size_text;
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Parameter, Plain, Relation, Window};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::shape::MOST_NODES;
use crate::{Error, Real, Shape};

/// Most weights of one layer.
const MOST_WEIGHTS: usize = 1 << 26;

/// Convolution with learned masks, which slide over the picture: `y = Σ w·x + b`, the masks as written (correlation).
///
/// The derivation: let `x[p, k]` be the number at place `k` of window `p`. Output `(p, m)`, mask `m` on window `p`, is
/// `b[m] + Σₖ w[m, k]·x[p, k]`. With `g = ∂E/∂y`:
/// a weight meets its place in every window, `∂E/∂w[m, k] = Σₚ g[p, m]·x[p, k]`;
/// a bias meets 1 in every window, `∂E/∂b[m] = Σₚ g[p, m]`;
/// and every window that contains a pixel adds `g[p, m]·w[m, k]` to its ∂E/∂x.
/// Places in the padding hold zeros.
///
/// With `groups G` input and output channels are cut into `G` groups each; an output sees its own group only.
///
/// The fast loops are in `compute/conv/`: forward (two of them: one for pictures of one channel), weight gradient and
/// input gradient. Going backward they skip each `g` of zero, which after max-pooling and rectifiers is most of them.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h′, w′, masks]`; `weight` `[masks, rows, columns, c / groups]`, `bias` `[masks, 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conv {
    input: Shape,
    outputs: usize,
    groups: usize,
    window: Window,
    bias: bool,
    convolution: Convolution,
}

impl<T: Real> Plain<T> for Conv {
    fn plain_forward(&self, Forward { pass, input: x, output: y, parameters, .. }: Forward<'_, T>) {
        let (input, output, mask) = (self.input, Layer::<T>::output(self), self.mask());
        let (weight, bias) = (parameters[0].as_slice(), parameters.get(1).map(|bias| bias.as_slice()));
        for [n, i, j, m] in output.indices(pass.samples) {
            let mut sum = bias.map_or(T::zero(), |bias| bias[m]);
            for ([k, l], [row, column]) in self.window.pixels(input, [i, j]) {
                for c in 0..mask.channels {
                    let channel = self.first_channel(m) + c;
                    sum += weight[mask.at([m, k, l, c])] * x[input.at([n, row, column, channel])];
                }
            }
            y[output.at([n, i, j, m])] = sum;
        }
    }

    fn plain_backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input: x, gradient, input_gradient, parameters, parameter_gradients, .. } = back;
        let (input, output, mask) = (self.input, Layer::<T>::output(self), self.mask());
        let weight = parameters[0].as_slice();
        input_gradient.fill(T::zero());
        parameter_gradients.iter_mut().for_each(|gradient| gradient.as_mut_slice().fill(T::zero()));
        for [n, i, j, m] in output.indices(pass.samples) {
            let g = gradient[output.at([n, i, j, m])];
            for ([k, l], [row, column]) in self.window.pixels(input, [i, j]) {
                for c in 0..mask.channels {
                    let at = input.at([n, row, column, self.first_channel(m) + c]);
                    parameter_gradients[0].as_mut_slice()[mask.at([m, k, l, c])] += g * x[at];
                    input_gradient[at] += g * weight[mask.at([m, k, l, c])];
                }
            }
            if let Some(bias) = parameter_gradients.get_mut(1) {
                bias.as_mut_slice()[m] += g;
            }
        }
    }
}

impl Conv {
    /// The shape of a mask: rows, columns, the channels of a group.
    fn mask(&self) -> Shape {
        Shape::picture(self.window.size.0, self.window.size.1, self.input.channels / self.groups)
    }

    /// The first input channel of the group of mask `m`.
    fn first_channel(&self, m: usize) -> usize {
        m / (self.outputs / self.groups) * (self.input.channels / self.groups)
    }
}

impl Kind for Conv {
    const ENTRY: Entry = Entry {
        name: "conv",
        usage: concat!("conv N KxK ", window_usage!(), " [groups G] [no-bias]"),
        summary: "learned masks slide over the picture: each output is a weighted sum of a window",
        formula: "y[i, j, n] = b[n] + Σ w[n, k, l, c]·x[i + k, j + l, c]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let bias = !arguments.flag("no-bias");
        let groups = arguments.count_option("groups")?.unwrap_or(1);
        let outputs = arguments.count("the number of masks")?;
        let size = arguments.size("the masks' size")?;
        let window = Window::parse(arguments, size, (1, 1), false)?;
        let input = arguments.input;
        let channels = input.channels;
        if !channels.is_multiple_of(groups) || !outputs.is_multiple_of(groups) {
            return Err(arguments.wrong(format!(
                "{groups} groups of {channels} channels and {outputs} masks: both must be multiples of the groups"
            )));
        }
        if outputs.saturating_mul(size.0 * size.1).saturating_mul(channels / groups) > MOST_WEIGHTS {
            return Err(arguments.wrong(format!("more than {MOST_WEIGHTS} weights")));
        }
        let output = Shape::picture(window.count.0, window.count.1, outputs);
        if output.len() > MOST_NODES {
            return Err(arguments.wrong(format!("gives {output}; at most {MOST_NODES} numbers a sample are allowed")));
        }
        let convolution = Convolution::new(input, outputs, groups, &window);
        convolution.check().map_err(|problem| arguments.wrong(problem))?;
        Ok(Self { input, outputs, groups, window, bias, convolution })
    }
}

impl<T: Real> Layer<T> for Conv {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        let mut text =
            format!("conv {} {}{}", self.outputs, size_text(self.window.size, false), self.window.text((1, 1)));
        if self.groups > 1 {
            text += &format!(" groups {}", self.groups);
        }
        if !self.bias {
            text += " no-bias";
        }
        text
    }

    fn output(&self) -> Shape {
        Shape::picture(self.window.count.0, self.window.count.1, self.outputs)
    }

    fn parameters(&self) -> Vec<Parameter> {
        let (rows, columns) = self.window.size;
        let channels = self.input.channels / self.groups;
        let (fan_in, fan_out) = (rows * columns * channels, rows * columns * self.outputs / self.groups);
        let mut parameters = vec![Parameter::weight(&[self.outputs, rows, columns, channels], fan_in, fan_out)];
        if self.bias {
            parameters.push(Parameter::constant("bias", &[self.outputs, 1], 0.0));
        }
        parameters
    }

    fn multiplications(&self) -> u64 {
        let windows = self.window.count.0 as u64 * self.window.count.1 as u64;
        windows * (self.convolution.depth() * self.outputs) as u64
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.input);
        let weight = graph.masks(&parameters[0]);
        let bias = parameters.get(1).map(|bias| graph.real(&[self.outputs], bias.as_slice().to_vec()));
        let inputs: Vec<&str> = [&input, &weight].into_iter().chain(&bias).map(String::as_str).collect();
        let mut attributes = self.window.onnx(false);
        attributes.push(("group", Attribute::Int(self.groups as i64)));
        let output = graph.add("Conv", &inputs, attributes);
        Some(graph.settle(output, Layer::<T>::output(self)))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn unreached(&self) -> [usize; 2] {
        self.window.unreached(self.input)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        let convolution = &self.convolution;
        let weights = convolution.pack(parameters[0].as_slice(), &mut memory.scratch.numbers);
        let bias = parameters.get(1).map(|bias| bias.as_slice());
        let padded = convolution.pad(input, pass.samples, &mut memory.saved);
        let outputs = Layer::<T>::output(self).len();
        output.par_chunks_mut(outputs).zip(padded.samples()).for_each(|(output, padded)| {
            convolution.forward(pass.level, padded, weights, bias, output);
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let convolution = &self.convolution;
        let padded = Padded::of(convolution, input, memory.saved.get(), pass.samples);
        let (weight, bias) = parameter_gradients.split_at_mut(1);
        let bias = bias.first_mut().map(|bias| bias.as_mut_slice());
        convolution.weight_gradient(pass, padded, gradient, weight[0].as_mut_slice(), bias, &mut memory.scratch);
        if !input_gradient.is_empty() {
            convolution.input_gradient(pass, gradient, parameters[0].as_slice(), input_gradient, &mut memory.scratch);
        }
    }
}
