use glassbox_tensor::Tensor;
use rayon::prelude::*;

use crate::compute::conv::{Convolution, Padded};
use crate::layers::arguments::size_text;
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Kind, Layer, Parameter, Window};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::shape::MOST_NODES;
use crate::{Error, Real, Shape};

/// Most weights of one layer.
const MOST_WEIGHTS: usize = 1 << 26;

/// A window slides over the picture, and each of `n` masks is laid on what it shows: `y = Σ w·x + b`, as written (correlation).
///
/// The derivation: output `(p, j)`, pixel `p` of mask `j`, is `b[j] + Σₖ w[j, k]·x[p, k]`, `x[p, k]` being what place `k` of the window shows
/// there. With `g = ∂E/∂y`: a weight meets its place in every window, `∂E/∂w[j, k] = Σₚ g[p, j]·x[p, k]`; a bias meets 1 in every window,
/// `∂E/∂b[j] = Σₚ g[p, j]`; and a pixel is added to by every window that shows it: for each `p` and `j`, `g[p, j]·w[j, k]` is added to
/// ∂E/∂x at the pixel that place `k` shows. A `g` of zero adds nothing to either and is passed over: behind max-pooling and
/// rectifiers that is most of them.
///
/// With `groups G` the channels are cut into `G` parts of input and output, each output seeing its own part only.
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

impl Kind for Conv {
    const ENTRY: Entry = Entry {
        name: "conv",
        usage: concat!("conv N KxK ", window_usage!(), " [groups G] [no-bias]"),
        summary: "masks that slide over the picture: each output sees a window",
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

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        let convolution = &self.convolution;
        let weights = convolution.pack(parameters[0].as_slice(), &mut memory.scratch.numbers);
        let bias = parameters.get(1).map(|bias| bias.as_slice());
        let padded = convolution.pad(input, pass.samples, &mut memory.kept);
        let outputs = Layer::<T>::output(self).len();
        output.par_chunks_mut(outputs).zip(padded.samples()).for_each(|(output, padded)| {
            convolution.forward(pass.level, padded, weights, bias, output);
        });
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let convolution = &self.convolution;
        let padded = Padded::of(convolution, input, memory.kept.get(), pass.samples);
        let (weight, bias) = parameter_gradients.split_at_mut(1);
        let bias = bias.first_mut().map(|bias| bias.as_mut_slice());
        convolution.weight_gradient(pass, padded, gradient, weight[0].as_mut_slice(), bias, &mut memory.scratch);
        if !input_gradient.is_empty() {
            convolution.input_gradient(pass, gradient, parameters[0].as_slice(), input_gradient, &mut memory.scratch);
        }
    }
}
