use glassbox_tensor::{Tensor, quoted};
use rayon::prelude::*;

use crate::compute::conv::{Convolution, Padded};
use crate::layers::arguments::size_text;
use crate::layers::sums::sum_samples;
use crate::layers::window::{MOST, pads};
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Parameter, Plain, Relation, Window};
use crate::onnx::{Attribute, Onnx, ints};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Most weights of one layer.
const MOST_WEIGHTS: usize = 1 << 26;

/// The transpose of a convolution: each pixel times a mask is added to the output, `stride` apart.
///
/// `h` rows become `(h − 1)·stride + (K − 1)·dilation + 1`, less the rows that `pad` cuts off at the edges, plus those
/// that `out-pad` adds below and right. `same` gives `h·stride` rows, `out` any number: half of what is too much is cut
/// off at either edge, an odd row or column below and right, as ONNX's `SAME_UPPER` has it.
///
/// The derivation: write a convolution from the output's shape to the input's as `x = M·y`, `M` a matrix of weights.
/// This layer is `y = Mᵀ·x + b`: that convolution's backward pass. With `g = ∂E/∂y` then `∂E/∂x = M·g`: its forward
/// pass. As `y·g = xᵀ·M·g`, `∂E/∂w` is the convolution's weight gradient with `g` as its input and `x` as its gradient.
/// A bias meets every pixel: `∂E/∂b[m] = Σ g[·, m]`.
///
/// Source: M. D. Zeiler, D. Krishnan, G. W. Taylor, R. Fergus, Deconvolutional networks (2010).
///
/// # Shape
/// `[n, h, w, c]` → `[n, h′, w′, masks]`; `weight` `[c, rows, columns, masks / groups]`, `bias` `[masks, 1]`.
#[derive(Clone, Debug)]
pub struct ConvTranspose {
    input: Shape,
    output: Shape,
    groups: usize,
    window: Window,
    outside: Outside,
    out_pad: [usize; 2],
    bias: bool,
    convolution: Convolution,
}

impl<T: Real> Plain<T> for ConvTranspose {
    fn plain_forward(&self, Forward { pass, input: x, output: y, parameters, .. }: Forward<'_, T>) {
        let (input, output, mask) = (self.input, self.output, self.mask());
        let weight = parameters[0].as_slice();
        for at in output.indices(pass.samples) {
            y[output.at(at)] = parameters.get(1).map_or(T::zero(), |bias| bias.as_slice()[at[3]]);
        }
        for [n, i, j, c] in input.indices(pass.samples) {
            for ([k, l], [row, column]) in self.window.pixels(output, [i, j]) {
                for m in 0..mask.channels {
                    let at = output.at([n, row, column, self.first_mask(c) + m]);
                    y[at] += weight[mask.at([c, k, l, m])] * x[input.at([n, i, j, c])];
                }
            }
        }
    }

    fn plain_backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input: x, gradient, input_gradient, parameters, parameter_gradients, .. } = back;
        let (input, output, mask) = (self.input, self.output, self.mask());
        let weight = parameters[0].as_slice();
        input_gradient.fill(T::zero());
        parameter_gradients.iter_mut().for_each(|gradient| gradient.as_mut_slice().fill(T::zero()));
        for [n, i, j, c] in input.indices(pass.samples) {
            for ([k, l], [row, column]) in self.window.pixels(output, [i, j]) {
                for m in 0..mask.channels {
                    let g = gradient[output.at([n, row, column, self.first_mask(c) + m])];
                    let at = input.at([n, i, j, c]);
                    parameter_gradients[0].as_mut_slice()[mask.at([c, k, l, m])] += g * x[at];
                    input_gradient[at] += g * weight[mask.at([c, k, l, m])];
                }
            }
        }
        if let Some(bias) = parameter_gradients.get_mut(1) {
            for at in output.indices(pass.samples) {
                bias.as_mut_slice()[at[3]] += gradient[output.at(at)];
            }
        }
    }
}

impl ConvTranspose {
    /// The shape of the weights of an input channel: rows, columns, the masks of a group.
    fn mask(&self) -> Shape {
        Shape::picture(self.window.size.0, self.window.size.1, self.output.channels / self.groups)
    }

    /// The first output channel of the group of input channel `c`.
    fn first_mask(&self, c: usize) -> usize {
        c / (self.input.channels / self.groups) * (self.output.channels / self.groups)
    }
}

/// How the cut was written in the model language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outside {
    Pad,
    Same,
    Out,
}

impl Kind for ConvTranspose {
    const ENTRY: Entry = Entry {
        name: "conv-transpose",
        usage: "conv-transpose N KxK [same | out HxW | pad N | pad TOP,LEFT,BOTTOM,RIGHT] [out-pad N | out-pad H,W] \
                 [stride S] [dilation D] [groups G] [no-bias]",
        summary: "the transpose of a convolution: each pixel adds a mask to a larger picture",
        formula: "y[i·S + k, j·S + l, n] = b[n] + Σ w[c, k, l, n]·x[i, j, c]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let bias = !arguments.flag("no-bias");
        let groups = arguments.count_option("groups")?.unwrap_or(1);
        let stride = arguments.size_option("stride")?.unwrap_or((1, 1));
        let dilation = arguments.size_option("dilation")?.unwrap_or((1, 1));
        let (is_same, out) = (arguments.flag("same"), arguments.size_option("out")?);
        let explicit = arguments.option("pad")?.map(|text| pads(arguments, text)).transpose()?;
        let out_pad = arguments.option("out-pad")?.map(|text| two(arguments, text)).transpose()?;
        let (masks, size) = (arguments.count("the number of masks")?, arguments.size("the masks' size")?);
        let input = arguments.input;
        if [is_same, out.is_some(), explicit.is_some()].iter().filter(|found| **found).count() > 1 {
            return Err(arguments.wrong("only one of same, out and pad can be"));
        }
        if out_pad.is_some() && (is_same || out.is_some()) {
            return Err(arguments.wrong("same and out say how large the output is; out-pad cannot"));
        }
        if [stride.0, stride.1, dilation.0, dilation.1, size.0, size.1].iter().any(|&n| n > MOST) {
            return Err(arguments.wrong(format!("size, stride and dilation are at most {MOST}")));
        }
        if !input.channels.is_multiple_of(groups) || !masks.is_multiple_of(groups) {
            let channels = input.channels;
            return Err(arguments.wrong(format!(
                "{groups} groups of {channels} channels and {masks} masks: both must be multiples of the groups"
            )));
        }
        if input.channels.saturating_mul(size.0 * size.1).saturating_mul(masks / groups) > MOST_WEIGHTS {
            return Err(arguments.wrong(format!("more than {MOST_WEIGHTS} weights")));
        }
        let (outside, requested) = match out {
            Some(out) => (Outside::Out, Some(out)),
            None if is_same => (Outside::Same, Some((input.height * stride.0, input.width * stride.1))),
            None => (Outside::Pad, None),
        };
        let placed = |pads| Window::placed(size, stride, dilation, pads, (input.height, input.width));
        let extent = placed([0; 4]).extent();
        let full = ((input.height - 1) * stride.0 + extent.0, (input.width - 1) * stride.1 + extent.1);
        let (pads, out_pad) = match requested {
            None => (explicit.unwrap_or_default(), out_pad.unwrap_or_default()),
            Some((rows, columns)) => {
                let less = [full.0.saturating_sub(rows), full.1.saturating_sub(columns)];
                let halves = [less[0] / 2, less[1] / 2, less[0].div_ceil(2), less[1].div_ceil(2)];
                (halves, [rows.saturating_sub(full.0), columns.saturating_sub(full.1)])
            }
        };
        let largest = [stride.0.max(dilation.0), stride.1.max(dilation.1)];
        if out_pad[0] >= largest[0] || out_pad[1] >= largest[1] {
            let (h, w) = full;
            return Err(arguments.wrong(format!(
                "the masks reach over {h}×{w}; rows or columns to add to that must be fewer than the stride or the \
                 dilation"
            )));
        }
        let [top, left, bottom, right] = pads;
        let height = (full.0 + out_pad[0]).saturating_sub(top + bottom);
        let width = (full.1 + out_pad[1]).saturating_sub(left + right);
        let output = Shape::picture(height, width, masks);
        if output.is_empty() {
            return Err(arguments.wrong("the padding cuts everything off"));
        }
        if output.len() > MOST_WEIGHTS {
            return Err(arguments.wrong(format!("gives {output}, more than {MOST_WEIGHTS} numbers")));
        }
        let window = placed(pads);
        let convolution = Convolution::new(output, input.channels, groups, &window);
        convolution.check().map_err(|problem| arguments.wrong(problem))?;
        Ok(Self { input, output, groups, window, outside, out_pad, bias, convolution })
    }
}

/// Two numbers, or one for both.
fn two(arguments: &Arguments, text: &str) -> Result<[usize; 2], Error> {
    let numbers: Option<Vec<usize>> = text.split(',').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[both]) if both <= MOST => Ok([both; 2]),
        Some(&[rows, columns]) if rows <= MOST && columns <= MOST => Ok([rows, columns]),
        _ => {
            Err(arguments
                .wrong(format!("out-pad is {}; one or two numbers from 0 to {MOST} are allowed", quoted(text))))
        }
    }
}

impl<T: Real> Layer<T> for ConvTranspose {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        let Window { size, stride, dilation, pads, .. } = &self.window;
        let mut text = format!("conv-transpose {} {}", self.output.channels, size_text(*size, false));
        match self.outside {
            Outside::Same => text += " same",
            Outside::Out => text += &format!(" out {}x{}", self.output.height, self.output.width),
            Outside::Pad if *pads != [0; 4] => {
                text += &format!(" pad {}", pads.map(|pad| pad.to_string()).join(","));
            }
            Outside::Pad => {}
        }
        if self.outside == Outside::Pad && self.out_pad != [0; 2] {
            text += &format!(" out-pad {},{}", self.out_pad[0], self.out_pad[1]);
        }
        for (name, value) in [("stride", *stride), ("dilation", *dilation)] {
            if value != (1, 1) {
                text += &format!(" {name} {}", size_text(value, true));
            }
        }
        if self.groups > 1 {
            text += &format!(" groups {}", self.groups);
        }
        if !self.bias {
            text += " no-bias";
        }
        text
    }

    fn output(&self) -> Shape {
        self.output
    }

    // A pixel of the output lies under `⌈size / stride⌉` masks in each direction.
    fn parameters(&self) -> Vec<Parameter> {
        let ((rows, columns), stride) = (self.window.size, self.window.stride);
        let masks = self.output.channels / self.groups;
        let onto = rows.div_ceil(stride.0) * columns.div_ceil(stride.1) * self.input.channels / self.groups;
        let mut parameters =
            vec![Parameter::weight(&[self.input.channels, rows, columns, masks], onto, rows * columns * masks)];
        if self.bias {
            parameters.push(Parameter::constant("bias", &[self.output.channels, 1], 0.0));
        }
        parameters
    }

    fn multiplications(&self) -> u64 {
        self.input.len() as u64 * self.convolution.depth() as u64
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        Some(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], parameters: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.input);
        let weight = graph.masks(&parameters[0]);
        let bias = parameters.get(1).map(|bias| graph.real(&[self.output.channels], bias.as_slice().to_vec()));
        let inputs: Vec<&str> = [&input, &weight].into_iter().chain(&bias).map(String::as_str).collect();
        let mut attributes = self.window.onnx(false);
        attributes.push(("group", Attribute::Int(self.groups as i64)));
        attributes.push(("output_padding", ints(&self.out_pad)));
        let output = graph.add("ConvTranspose", &inputs, attributes);
        Some(graph.settle(output, self.output))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { pass, input, output, parameters, memory, .. }: Forward<'_, T>) {
        self.convolution.input_gradient(pass, input, parameters[0].as_slice(), output, &mut memory.scratch);
        if let Some(bias) = parameters.get(1).map(|bias| bias.as_slice()) {
            output.par_chunks_mut(self.output.len()).for_each(|output| {
                for pixel in output.chunks_exact_mut(bias.len()) {
                    pixel.iter_mut().zip(bias).for_each(|(y, &bias)| *y += bias);
                }
            });
        }
    }

    fn backward(&self, back: Backward<'_, T>) {
        let Backward { pass, input, gradient, input_gradient, parameters, parameter_gradients, memory, .. } = back;
        let convolution = &self.convolution;
        convolution.pad(gradient, pass.samples, &mut memory.saved);
        let padded = Padded::of(convolution, gradient, memory.saved.get(), pass.samples);
        let weight = parameter_gradients[0].as_mut_slice();
        convolution.weight_gradient(pass, padded, input, weight, None, &mut memory.scratch);
        if let Some(bias) = parameter_gradients.get_mut(1) {
            let (size, masks) = (self.output.len(), self.output.channels);
            let sums = sum_samples(pass.samples, masks, &mut memory.scratch.numbers, |index, sums| {
                for pixel in gradient[index * size..][..size].chunks_exact(masks) {
                    sums.iter_mut().zip(pixel).for_each(|(sum, &g)| *sum += g);
                }
            });
            bias.as_mut_slice().copy_from_slice(sums);
        }
        let weights = convolution.pack(parameters[0].as_slice(), &mut memory.scratch.more);
        input_gradient.par_chunks_mut(self.input.len()).zip(padded.samples()).for_each(|(input_gradient, padded)| {
            convolution.forward(pass.level, padded, weights, None, input_gradient);
        });
    }
}
