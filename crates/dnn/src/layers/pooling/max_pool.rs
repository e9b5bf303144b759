use glassbox_simd::FloatVectors;

use super::rule::{Answer, Back, Patch, Pool, Pooling, Rule, Windows};
use crate::compute::float_vectors::{EIGHT, vector, vector_mut};
use crate::layers::window::window_usage;
use crate::layers::{Arguments, Entry, Plain, Relation, Window};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward};
use crate::{Error, Real};

/// `max-pool` as a layer.
pub(crate) type MaxPool = Pool<Max>;

/// The greatest number of each window, channel by channel.
///
/// The derivation: a small change of the greatest number changes the output by as much, a change of any other not at
/// all. So the whole gradient goes to the greatest, the first of them if there are several; where windows overlap,
/// gradients add up. Padding is never the greatest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Max;

impl<T: Real> Plain<T> for Pool<Max> {
    fn plain_forward(&self, Forward { pass, input: x, output: y, .. }: Forward<'_, T>) {
        let output = self.windows.output();
        for at in output.indices(pass.samples) {
            y[output.at(at)] = x[self.argmax(x, at)];
        }
    }

    fn plain_backward(&self, Backward { pass, input: x, gradient, input_gradient, .. }: Backward<'_, T>) {
        let output = self.windows.output();
        input_gradient.fill(T::zero());
        for at in output.indices(pass.samples) {
            input_gradient[self.argmax(x, at)] += gradient[output.at(at)];
        }
    }
}

impl Pool<Max> {
    /// The index of the greatest number of channel `c` in window `[i, j]` of sample `n`.
    fn argmax<T: Real>(&self, x: &[T], [n, i, j, c]: [usize; 4]) -> usize {
        let input = self.windows.input;
        let pixels = self.window.pixels(input, [i, j]).map(|(_, [row, column])| input.at([n, row, column, c]));
        pixels.reduce(|most, at| if x[at] > x[most] { at } else { most }).expect("a window shows a pixel")
    }
}

impl Rule for Max {
    const SAVES_INDICES: bool = true;
    const GIVES_TO_INDICES: bool = true;

    #[inline(always)]
    fn forward<T: Real>(&self, patch: Patch, input: &[T], Answer { output, indices: argmax, .. }: Answer<'_, T>) {
        let c = patch.channels;
        let (output, argmax) = (&mut output[..c], &mut argmax[..c]);
        let mut is_first = true;
        for row in patch.rows() {
            for column in patch.columns() {
                let at = row + column;
                let numbers = &input[at..][..c];
                if std::mem::take(&mut is_first) {
                    output.copy_from_slice(numbers);
                    for (i, index) in argmax.iter_mut().enumerate() {
                        *index = (at + i) as u32;
                    }
                    continue;
                }
                for i in 0..c {
                    let greater = numbers[i] > output[i];
                    output[i] = if greater { numbers[i] } else { output[i] };
                    argmax[i] = if greater { (at + i) as u32 } else { argmax[i] };
                }
            }
        }
    }

    /// Eight channels at a time. A pixel with fewer also writes the next pixel's outputs, which are then overwritten;
    /// the last pixels, which have no eight numbers after them, go through [`forward`](Rule::forward).
    #[inline(always)]
    fn forward_all<T: Real, E: FloatVectors<T>>(
        &self,
        vectors: E,
        windows: &Windows,
        input: &[T],
        output: &mut [T],
        argmax: &mut [u32],
    ) -> bool {
        let c = windows.input.channels;
        let mut to = 0;
        let has_pairs = windows.columns.iter().all(|columns| columns.is_pair());
        for &rows in &windows.rows {
            let has_squares = has_pairs && rows.is_pair();
            for &columns in &windows.columns {
                let (patch, output, argmax) = (windows.patch(rows, columns), &mut output[to..], &mut argmax[to..]);
                let (first, eight) = (patch.first(), c.max(EIGHT));
                let row = windows.input.width * c;
                to += c;
                if has_squares && first + row + c + eight <= input.len() && eight <= output.len() {
                    self.square(vectors, [first, first + c, first + row, first + row + c], c, input, output, argmax);
                } else {
                    self.answer(vectors, patch, input, output, argmax);
                }
            }
        }
        true
    }

    #[inline(always)]
    fn backward<T: Real>(&self, _: Patch, _: &[T], _: Back<'_, T>) {
        unreachable!("the whole gradient goes to the argmax")
    }
}

/// Eight numbers and their indices.
#[inline(always)]
fn at<T: Real, E: FloatVectors<T>>(vectors: E, input: &[T], from: usize) -> (E::Vector, E::Indices) {
    (vectors.load(vector(&input[from..])), vectors.indices(from as u32))
}

impl Max {
    /// The greatest numbers of one window, eight channels at a time.
    #[inline(always)]
    fn answer<T: Real, E: FloatVectors<T>>(
        &self,
        vectors: E,
        patch: Patch,
        input: &[T],
        output: &mut [T],
        argmax: &mut [u32],
    ) {
        let c = patch.channels;
        if patch.last() + c.max(EIGHT) > input.len() || c.max(EIGHT) > output.len() {
            return self.forward(patch, input, Answer { output, indices: argmax, generator: None });
        }
        for first in (0..c).step_by(EIGHT) {
            // The last eight channels of a pixel may overlap those before.
            let first = first.min(c.max(EIGHT) - EIGHT);
            let mut most = at(vectors, input, patch.first() + first);
            for row in patch.rows() {
                for column in patch.columns() {
                    most = vectors.greater(at(vectors, input, row + column + first), most);
                }
            }
            vectors.store(most.0, vector_mut(&mut output[first..]));
            vectors.store_indices(most.1, vector_mut(&mut argmax[first..]));
        }
    }

    /// The same for windows of two rows and two columns side by side, the most frequent.
    #[inline(always)]
    fn square<T: Real, E: FloatVectors<T>>(
        &self,
        vectors: E,
        pixels: [usize; 4],
        channels: usize,
        input: &[T],
        output: &mut [T],
        argmax: &mut [u32],
    ) {
        let [a, b, c, d] = pixels;
        for first in (0..channels).step_by(EIGHT) {
            let first = first.min(channels.max(EIGHT) - EIGHT);
            let most = vectors.greater(at(vectors, input, b + first), at(vectors, input, a + first));
            let most = vectors.greater(at(vectors, input, c + first), most);
            let most = vectors.greater(at(vectors, input, d + first), most);
            vectors.store(most.0, vector_mut(&mut output[first..]));
            vectors.store_indices(most.1, vector_mut(&mut argmax[first..]));
        }
    }
}

impl Pooling for Max {
    const ENTRY: Entry = Entry {
        name: "max-pool",
        usage: concat!("max-pool K ", window_usage!(), " [ceil]"),
        summary: "the greatest number of each window",
        formula: "y = max of the window",
        is_activation: false,
    };

    const RELATION: Option<Relation> = Some(Relation::Greatest);

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn plain<T: Real>(pool: &Pool<Self>) -> Option<&dyn Plain<T>> {
        Some(pool)
    }

    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String {
        graph.add("MaxPool", &[input], window.onnx(true))
    }
}
