use glassbox_kernels::simd::{Task, dispatch};
use glassbox_tensor::Tensor;
use rayon::prelude::*;

use super::arguments::size_text;
use super::window::{Places, window_usage};
use super::{Arguments, Entry, Kind, Layer, Window};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, room};
use crate::{Error, Real, Shape};

/// The greatest number of each window, channel by channel.
///
/// The derivation: a small change of the greatest number changes the output as much, of any other not at all; so the whole gradient goes to the
/// greatest, the first of them if there are several, and is summed up where windows overlap. Places outside the picture have no say.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h′, w′, c]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPool {
    input: Shape,
    window: Window,
    rows: Vec<Places>,
    columns: Vec<Places>,
}

impl Kind for MaxPool {
    const ENTRY: Entry = Entry {
        name: "max-pool",
        usage: concat!("max-pool K ", window_usage!(), " [ceil]"),
        summary: "the greatest number of each window",
        formula: "y = max of the window",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let size = arguments.size("the window's size")?;
        let (input, window) = (arguments.input, Window::parse(arguments, size, size, true)?);
        Ok(Self { input, rows: window.rows(input), columns: window.columns(input), window })
    }
}

impl<T: Real> Layer<T> for MaxPool {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("max-pool {}{}", size_text(self.window.size, true), self.window.text(self.window.size))
    }

    fn output(&self) -> Shape {
        Shape::picture(self.window.count.0, self.window.count.1, self.input.channels)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.input);
        let output = graph.add("MaxPool", &[&input], self.window.onnx(true));
        Some(graph.settle(output, Layer::<T>::output(self)))
    }

    fn forward(&self, Forward { pass, input, output, memory, .. }: Forward<'_, T>) {
        let (inputs, outputs) = (self.input.len(), Layer::<T>::output(self).len());
        let places = room(&mut memory.places, output.len());
        let samples = output.par_chunks_mut(outputs).zip(places.par_chunks_mut(outputs)).zip(input.par_chunks(inputs));
        samples.with_min_len(4).for_each(|((output, places), input)| {
            dispatch(pass.level, Greatest { layer: self, input, output, places });
        });
    }

    fn backward(&self, Backward { gradient, input_gradient, memory, .. }: Backward<'_, T>) {
        let (inputs, outputs) = (self.input.len(), Layer::<T>::output(self).len());
        let places = &memory.places[..gradient.len()];
        let samples =
            input_gradient.par_chunks_mut(inputs).zip(gradient.par_chunks(outputs)).zip(places.par_chunks(outputs));
        samples.with_min_len(4).for_each(|((input_gradient, gradient), places)| {
            input_gradient.fill(T::zero());
            for (&place, &slope) in places.iter().zip(gradient) {
                input_gradient[place as usize] += slope;
            }
        });
    }
}

struct Greatest<'a, T> {
    layer: &'a MaxPool,
    input: &'a [T],
    output: &'a mut [T],
    places: &'a mut [u32],
}

impl<T: Real> Task for Greatest<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { layer: MaxPool { input: shape, rows, columns, .. }, input, output, places } = self;
        let c = shape.channels;
        let mut pixels = output.chunks_exact_mut(c).zip(places.chunks_exact_mut(c));
        for rows in rows {
            for (columns, (output, places)) in columns.iter().zip(&mut pixels) {
                let mut window = rows.iter().flat_map(|row| {
                    let first = row * shape.width;
                    columns.iter().map(move |column| (first + column) * c)
                });
                let first = window.next().unwrap_or_default();
                output.copy_from_slice(&input[first..first + c]);
                for (i, place) in places.iter_mut().enumerate() {
                    *place = (first + i) as u32;
                }
                for at in window {
                    let numbers = &input[at..at + c];
                    for i in 0..c {
                        let greater = numbers[i] > output[i];
                        output[i] = if greater { numbers[i] } else { output[i] };
                        places[i] = if greater { (at + i) as u32 } else { places[i] };
                    }
                }
            }
        }
    }
}
