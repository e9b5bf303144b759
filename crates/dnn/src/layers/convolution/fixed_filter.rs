use glassbox_kernels::{Engine, Filter, filters};
use glassbox_tensor::{Image, Tensor};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Relation};
use crate::onnx::{Attribute, Onnx, ints};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// A picture operator as a layer that is not trained, channel by channel: `y[i, j] = b + Σ w[k, l]·x[i + k, j + l]`.
///
/// Its weights are measured: the response to one bright pixel is the matrix, the response to black the offset `b`.
/// Random pictures then test whether that is all. An operator that is no such sum, as a median, is refused, because a
/// layer needs its derivatives. Zeros lie beyond the edges, as with every layer; with `border=crop` only windows that
/// fit into the picture count.
///
/// The derivation is that of `conv` with fixed weights: `∂E/∂x[i, j] = Σ w[k, l]·g[i − k, j − l]`, the matrix turned by
/// 180°.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; with `border=crop` a picture smaller by the window less one
#[derive(Clone, Debug)]
pub struct FixedFilter {
    label: String,
    input: Shape,
    output: Shape,
    /// Rows above the place, columns to its left, rows below, columns to its right.
    reach: [usize; 4],
    taps: Vec<Tap>,
    offset: f64,
}

/// A weight, and how many rows below and columns to the right of an output's place the number lies that it is for.
#[derive(Clone, Copy, Debug)]
struct Tap {
    down: isize,
    right: isize,
    weight: f64,
}

/// Longest side of a window.
const LONGEST: usize = 63;

impl Kind for FixedFilter {
    const ENTRY: Entry = Entry {
        name: "filter",
        usage: "filter OPERATOR[:PARAMETER=VALUE,...]",
        summary: "a linear picture operator, not trained: sharpen, gaussian, sobel:direction=x,signed=clamp",
        formula: "y[i, j] = b + Σ w[k, l]·x[i + k, j + l], each channel apart",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let mut label = arguments.word("the operator")?.to_string();
        while let Ok(word) = arguments.word("") {
            label += &format!(" {word}");
        }
        let (name, mut given) = filters::split_label(&label).map_err(|error| arguments.wrong(error))?;
        let border = given.iter().position(|(name, _)| *name == "border").map(|place| given.remove(place).1);
        if border.is_some_and(|border| !["zero", "crop"].contains(&border)) {
            return Err(arguments.wrong("allowed for border: zero (as without it), crop"));
        }
        let filter =
            filters::find(name).and_then(|entry| entry.build(&given)).map_err(|error| arguments.wrong(error))?;
        let probe = Probe::new(&filter, arguments.input.channels.min(4)).map_err(|error| arguments.wrong(error))?;
        let (taps, offset) = probe.matrix().map_err(|error| arguments.wrong(error))?;
        let (input, reach) = (arguments.input, probe.reach);
        let mut output = input;
        let mut first = (0, 0);
        if border == Some("crop") {
            let [above, left, below, right] = reach;
            if input.height <= above + below || input.width <= left + right {
                return Err(arguments.wrong(format!("the window does not fit into {input}")));
            }
            (output.height, output.width) = (input.height - above - below, input.width - left - right);
            first = (above as isize, left as isize);
        }
        let shift = |tap: Tap| Tap { down: tap.down + first.0, right: tap.right + first.1, ..tap };
        Ok(Self { label, input, output, reach, taps: taps.into_iter().map(shift).collect(), offset })
    }
}

/// An operator under questions.
struct Probe<'a> {
    filter: &'a Filter,
    reach: [usize; 4],
    channels: usize,
    /// Rows and columns of the test pictures: large enough that a window in the middle touches no edge.
    side: (usize, usize),
}

impl<'a> Probe<'a> {
    fn new(filter: &'a Filter, channels: usize) -> Result<Self, String> {
        let refused = |why: &str| Err(format!("{} {why}", filter.name()));
        let Some(window) = filter.window() else { return refused("sees the whole picture: it is no matrix") };
        let (height, width) = (window.height(), window.width());
        if window.stride != 1 {
            return refused("makes the picture smaller: it is a pooling, which has layers of its own");
        }
        if height > LONGEST || width > LONGEST {
            return refused(&format!("has a window of {height}×{width}; sides up to {LONGEST} are allowed"));
        }
        let side = (3 * height, 3 * width);
        match filter.shape((side.0, side.1, channels)) {
            Ok(shape) if shape == (side.0, side.1, channels) => {}
            _ => return refused("does not give as many channels as it takes"),
        }
        Ok(Self { filter, reach: [window.above, window.left, window.below, window.right], channels, side })
    }

    fn apply(&self, numbers: Vec<f32>) -> Result<Vec<f32>, String> {
        let picture = Image::from_vec([self.side.0, self.side.1, self.channels], numbers).map_err(|e| e.to_string())?;
        let response = Engine::default().run(std::slice::from_ref(self.filter), &picture).map_err(|e| e.to_string())?;
        Ok(response.as_slice().to_vec())
    }

    fn place(&self, row: usize, column: usize, channel: usize) -> usize {
        (row * self.side.1 + column) * self.channels + channel
    }

    /// The weights that are not zero, and the offset.
    fn matrix(&self) -> Result<(Vec<Tap>, f64), String> {
        let [above, left, below, right] = self.reach;
        let (height, width) = (above + 1 + below, left + 1 + right);
        let mut picture = vec![0.0; self.side.0 * self.side.1 * self.channels];
        let offset = self.apply(picture.clone())?[self.place(height, width, 0)];
        // In the middle third of the picture, so that no window that contains it touches an edge.
        let (y, x) = (height + below, width + right);
        picture[self.place(y, x, 0)] = 1.0;
        let response = self.apply(picture)?;
        let mut taps = Vec::new();
        for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
            let (down, right) = (row as isize - above as isize, column as isize - left as isize);
            let (y, x) = (y.wrapping_add_signed(-down), x.wrapping_add_signed(-right));
            let weight = f64::from(response[self.place(y, x, 0)] - offset);
            if weight != 0.0 {
                taps.push(Tap { down, right, weight });
            }
        }
        self.compare(&taps, offset.into())?;
        Ok((taps, offset.into()))
    }

    /// Whether weights and offset are all that there is to it.
    fn compare(&self, taps: &[Tap], offset: f64) -> Result<(), String> {
        let ([above, left, below, right], (rows, columns)) = (self.reach, self.side);
        let sizes: f64 = taps.iter().map(|tap| tap.weight.abs()).sum();
        for range in [1.0, 100.0] {
            let mut generator = ChaCha8Rng::seed_from_u64(0);
            let mut number = || (f64::from(generator.next_u32()) / f64::from(u32::MAX) * 2.0 - 1.0) * range;
            let picture: Vec<f32> = (0..rows * columns * self.channels).map(|_| number() as f32).collect();
            let response = self.apply(picture.clone())?;
            let nearly = 1e-5 * (range * sizes + offset.abs() + 1e-3);
            for (y, x) in (above..rows - below).flat_map(|y| (left..columns - right).map(move |x| (y, x))) {
                for channel in 0..self.channels {
                    let weighted = |tap: &Tap| {
                        let (y, x) = (y.wrapping_add_signed(tap.down), x.wrapping_add_signed(tap.right));
                        tap.weight * f64::from(picture[self.place(y, x, channel)])
                    };
                    let expected = offset + taps.iter().map(weighted).sum::<f64>();
                    let found = f64::from(response[self.place(y, x, channel)]);
                    let distance = (found - expected).abs();
                    if distance.is_nan() || distance > nearly {
                        return Err(format!(
                            "{} with these parameters is no matrix (its answer is no sum of pixels times weights), so \
                             it has no derivative that is the same everywhere; edge filters are a matrix with \
                             direction=x or y and signed=clamp",
                            self.filter.name()
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Adds the weighted sum of `from` to each number of `into`; a `sign` of -1 turns the matrix by 180°. Numbers outside
/// count as zero.
fn add_taps<T: Real>(taps: &[Tap], sign: isize, from: &[T], from_shape: Shape, into: &mut [T], into_shape: Shape) {
    let c = from_shape.channels;
    let row = from_shape.width * c;
    for (y, into) in into.chunks_exact_mut(into_shape.width * c).enumerate() {
        for tap in taps {
            let (down, right) = (tap.down * sign, tap.right * sign);
            let Some(source) = y.checked_add_signed(down).filter(|&y| y < from_shape.height) else { continue };
            let from = &from[source * row..][..row];
            // Columns of the output whose number lies in the picture.
            let start = right.min(0).unsigned_abs();
            let end = from_shape.width.saturating_add_signed(-right).min(into_shape.width);
            if start < end {
                let first = start.wrapping_add_signed(right);
                let weight = T::from_f64(tap.weight);
                let numbers = from[first * c..].iter();
                into[start * c..end * c].iter_mut().zip(numbers).for_each(|(sum, &x)| *sum += x * weight);
            }
        }
    }
}

impl<T: Real> Layer<T> for FixedFilter {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("filter {}", self.label)
    }

    fn output(&self) -> Shape {
        self.output
    }

    fn multiplications(&self) -> u64 {
        (self.output.len() * self.taps.len()) as u64
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let ([above, left, below, right], c) = (self.reach, self.input.channels);
        let (height, width) = (above + 1 + below, left + 1 + right);
        let is_cropped = self.output != self.input;
        let first = if is_cropped { (0, 0) } else { (above, left) };
        let mut mask = vec![T::zero(); height * width];
        for tap in &self.taps {
            let (row, column) = (first.0.wrapping_add_signed(tap.down), first.1.wrapping_add_signed(tap.right));
            mask[row * width + column] = T::from_f64(tap.weight);
        }
        let input = graph.picture(input, self.input);
        let weight = graph.real(&[c, 1, height, width], mask.repeat(c));
        let bias = graph.real(&[c], vec![T::from_f64(self.offset); c]);
        let pads = if is_cropped { [0; 4] } else { self.reach };
        let attributes =
            vec![("kernel_shape", ints(&[height, width])), ("pads", ints(&pads)), ("group", Attribute::Int(c as i64))];
        let output = graph.add("Conv", &[&input, &weight, &bias], attributes);
        Some(graph.settle(output, self.output))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(Relation::Sum)
    }

    fn needs_output(&self) -> bool {
        false
    }

    fn forward(&self, Forward { input, output, .. }: Forward<'_, T>) {
        let samples = output.par_chunks_mut(self.output.len()).zip(input.par_chunks(self.input.len()));
        samples.for_each(|(output, input)| {
            output.fill(T::from_f64(self.offset));
            add_taps(&self.taps, 1, input, self.input, output, self.output);
        });
    }

    fn backward(&self, Backward { gradient, input_gradient, .. }: Backward<'_, T>) {
        let samples = input_gradient.par_chunks_mut(self.input.len()).zip(gradient.par_chunks(self.output.len()));
        samples.for_each(|(input_gradient, gradient)| {
            input_gradient.fill(T::zero());
            add_taps(&self.taps, -1, gradient, self.output, input_gradient, self.input);
        });
    }
}
