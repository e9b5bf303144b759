//! Shared by all poolings: how windows lie on a picture, and the loops over them forward and backward. A [`Rule`]
//! handles one window.

use glassbox_simd::{FloatTask, FloatVectors, Level, Task, dispatch};
use glassbox_tensor::Tensor;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::compute::window::Places;
use crate::layers::arguments::size_text;
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Plain, Relation, Window};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward, Phase, room};
use crate::{Error, Real, Shape};

/// A pooling of one window, channel by channel, forward and backward. Mark the functions `#[inline(always)]`.
pub(super) trait Rule: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// Whether the forward pass saves an index for each output: the argmax, or the number that was drawn.
    const SAVES_INDICES: bool = false;

    /// Whether the whole gradient goes to the saved indices, so that the backward pass needs no windows.
    const GIVES_TO_INDICES: bool = false;

    /// Whether it draws at random in training.
    const DRAWS: bool = false;

    /// The outputs of a window.
    fn forward<T: Real>(&self, patch: Patch, input: &[T], answer: Answer<'_, T>);

    /// The outputs of all windows of a sample, for rules that compute them together; returns whether it did.
    #[inline(always)]
    fn forward_all<T: Real, E: FloatVectors<T>>(
        &self,
        _vectors: E,
        _: &Windows,
        _input: &[T],
        _output: &mut [T],
        _indices: &mut [u32],
    ) -> bool {
        false
    }

    /// Adds the gradient of a window to the gradients of its pixels.
    fn backward<T: Real>(&self, patch: Patch, input: &[T], back: Back<'_, T>);
}

/// The outputs of a window, going forward: a number a channel.
pub(super) struct Answer<'a, T> {
    /// To be written.
    pub(super) output: &'a mut [T],
    /// To be written, if the rule saves indices; empty if not.
    pub(super) indices: &'a mut [u32],
    /// In training, if the rule draws.
    pub(super) generator: Option<&'a mut ChaCha8Rng>,
}

/// The gradients of a window, going backward: a number a channel.
pub(super) struct Back<'a, T> {
    /// As in the forward pass.
    pub(super) output: &'a [T],
    /// ∂E/∂output.
    pub(super) gradient: &'a [T],
    /// As in the forward pass.
    pub(super) indices: &'a [u32],
    /// ∂E/∂(the sample), to be added to.
    pub(super) input_gradient: &'a mut [T],
    /// Whether the forward pass was a training one.
    pub(super) phase: Phase,
}

/// The pixels of a sample in a window; at least one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patch {
    rows: Places,
    columns: Places,
    width: usize,
    /// Numbers a pixel.
    pub(super) channels: usize,
}

impl Patch {
    /// The offset of each row of the picture in the window.
    #[inline(always)]
    pub(super) fn rows(self) -> impl Iterator<Item = usize> {
        let row = self.width * self.channels;
        self.rows.iter().map(move |y| y * row)
    }

    /// The offset of each pixel of a row, from the start of the row.
    #[inline(always)]
    pub(super) fn columns(self) -> impl Iterator<Item = usize> {
        let channels = self.channels;
        self.columns.iter().map(move |x| x * channels)
    }

    /// The offset of the last pixel.
    #[inline(always)]
    pub(super) fn last(self) -> usize {
        (self.rows.last() * self.width + self.columns.last()) * self.channels
    }

    /// The offset of the first pixel.
    #[inline(always)]
    pub(super) fn first(self) -> usize {
        (self.rows.first * self.width + self.columns.first) * self.channels
    }

    /// Pixels.
    #[inline(always)]
    pub(super) fn count(self) -> usize {
        self.rows.count * self.columns.count
    }

    /// Pixels, those of the padding included.
    #[inline(always)]
    pub(super) fn counted(self) -> usize {
        self.rows.counted * self.columns.counted
    }
}

/// How windows lie on a picture: the rows of each row of windows, the columns of each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) input: Shape,
    pub(super) rows: Vec<Places>,
    pub(super) columns: Vec<Places>,
}

impl Windows {
    pub(super) fn output(&self) -> Shape {
        Shape::picture(self.rows.len(), self.columns.len(), self.input.channels)
    }

    #[inline(always)]
    pub(super) fn each(&self) -> impl Iterator<Item = Patch> {
        self.rows.iter().flat_map(move |&rows| self.columns.iter().map(move |&columns| self.patch(rows, columns)))
    }

    /// The pixels of a window.
    #[inline(always)]
    pub(super) fn patch(&self, rows: Places, columns: Places) -> Patch {
        let Shape { width, channels, .. } = self.input;
        Patch { rows, columns, width, channels }
    }

    pub(super) fn forward<T: Real, R: Rule>(&self, rule: &R, forward: Forward<'_, T>) {
        let Forward { pass, input, output, memory, .. } = forward;
        let (inputs, outputs) = (self.input.len(), self.output().len());
        let each = if R::SAVES_INDICES { outputs } else { 1 };
        let indices = room(&mut memory.indices, pass.samples * each);
        let samples = output.par_chunks_mut(outputs).zip(indices.par_chunks_mut(each)).zip(input.par_chunks(inputs));
        samples.enumerate().with_min_len(4).for_each(|(sample, ((output, indices), input))| {
            let draws = R::DRAWS && pass.phase == Phase::Train;
            let generator = draws.then(|| pass.generator(sample));
            T::dispatch_floats(pass.level, ForwardTask { windows: self, rule, input, output, indices, generator });
        });
    }

    pub(super) fn backward<T: Real, R: Rule>(&self, rule: &R, backward: Backward<'_, T>) {
        let Backward { pass, input, output, gradient, input_gradient, memory, .. } = backward;
        let (inputs, outputs) = (self.input.len(), self.output().len());
        let each = if R::SAVES_INDICES { outputs } else { 1 };
        let indices = &memory.indices[..pass.samples * each];
        let known = input.par_chunks(inputs).zip(output.par_chunks(outputs)).zip(gradient.par_chunks(outputs));
        let samples = input_gradient.par_chunks_mut(inputs).zip(known.zip(indices.par_chunks(each)));
        samples.with_min_len(4).for_each(|(input_gradient, (((input, output), gradient), indices))| {
            input_gradient.fill(T::zero());
            let phase = pass.phase;
            let back = BackwardTask { windows: self, rule, input, output, gradient, indices, input_gradient, phase };
            dispatch(pass.level, back);
        });
    }
}

struct ForwardTask<'a, T, R> {
    windows: &'a Windows,
    rule: &'a R,
    input: &'a [T],
    output: &'a mut [T],
    indices: &'a mut [u32],
    generator: Option<ChaCha8Rng>,
}

impl<T: Real, R: Rule> FloatTask<T> for ForwardTask<'_, T, R> {
    #[inline(always)]
    fn run<E: FloatVectors<T>>(self, vectors: E) {
        let Self { windows, rule, input, output, indices, mut generator } = self;
        if rule.forward_all(vectors, windows, input, output, indices) {
            return;
        }
        let c = windows.input.channels;
        let each = if R::SAVES_INDICES { c } else { 0 };
        for (i, (patch, output)) in windows.each().zip(output.chunks_exact_mut(c)).enumerate() {
            let (indices, generator) = (&mut indices[i * each..][..each], generator.as_mut());
            rule.forward(patch, input, Answer { output, indices, generator });
        }
    }
}

struct BackwardTask<'a, T, R> {
    windows: &'a Windows,
    rule: &'a R,
    input: &'a [T],
    output: &'a [T],
    gradient: &'a [T],
    indices: &'a [u32],
    input_gradient: &'a mut [T],
    phase: Phase,
}

impl<T: Real, R: Rule> Task for BackwardTask<'_, T, R> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: Level) {
        let Self { windows, rule, input, output, gradient, indices, input_gradient, phase } = self;
        if R::GIVES_TO_INDICES {
            for (&index, &g) in indices.iter().zip(gradient) {
                input_gradient[index as usize] += g;
            }
            return;
        }
        let c = windows.input.channels;
        let each = if R::SAVES_INDICES { c } else { 0 };
        let answers = output.chunks_exact(c).zip(gradient.chunks_exact(c));
        for (i, (patch, (output, gradient))) in windows.each().zip(answers).enumerate() {
            let indices = &indices[i * each..][..each];
            rule.backward(patch, input, Back { output, gradient, indices, input_gradient, phase });
        }
    }
}

/// A rule as a layer, with windows of a size, a stride and a padding.
pub(super) trait Pooling: Rule {
    /// Its entry in the registry.
    const ENTRY: Entry;

    /// What the pooling computes, if tables can have it.
    const RELATION: Option<Relation> = None;

    /// Reads the rule's own words.
    fn parse(arguments: &mut Arguments) -> Result<Self, Error>;

    /// The words that were read, with a blank in front of each.
    fn text(&self) -> String {
        String::new()
    }

    /// The layer in ordinary loops, if the rule's own are not.
    fn plain<T: Real>(_: &Pool<Self>) -> Option<&dyn Plain<T>> {
        None
    }

    /// The pooling as an ONNX operator on a picture.
    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String;
}

/// A [`Pooling`] as a layer.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h′, w′, c]`
#[derive(Clone, Debug)]
pub(crate) struct Pool<R> {
    pub(super) rule: R,
    pub(super) window: Window,
    pub(super) windows: Windows,
}

impl<R: Pooling> Kind for Pool<R> {
    const ENTRY: Entry = R::ENTRY;

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let rule = R::parse(arguments)?;
        let size = arguments.size("the window's size")?;
        let (input, window) = (arguments.input, Window::parse(arguments, size, size, true)?);
        let windows = Windows { input, rows: window.rows(input), columns: window.columns(input) };
        if windows.rows.iter().chain(&windows.columns).any(|stretch| stretch.count == 0) {
            return Err(arguments.wrong("a window sees nothing but padding"));
        }
        Ok(Self { rule, window, windows })
    }
}

impl<R: Pooling, T: Real> Layer<T> for Pool<R> {
    fn entry(&self) -> &'static Entry {
        &R::ENTRY
    }

    fn text(&self) -> String {
        let (size, window) = (size_text(self.window.size, true), self.window.text(self.window.size));
        format!("{} {size}{}{window}", R::ENTRY.name, self.rule.text())
    }

    fn output(&self) -> Shape {
        self.windows.output()
    }

    fn plain(&self) -> Option<&dyn Plain<T>> {
        R::plain(self)
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.windows.input);
        let output = self.rule.onnx(graph, &input, &self.window);
        Some(graph.settle(output, self.windows.output()))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        R::RELATION
    }

    fn unreached(&self) -> [usize; 2] {
        self.window.unreached(self.windows.input)
    }

    fn needs_output(&self) -> bool {
        !R::GIVES_TO_INDICES
    }

    fn forward(&self, forward: Forward<'_, T>) {
        self.windows.forward(&self.rule, forward);
    }

    fn backward(&self, backward: Backward<'_, T>) {
        self.windows.backward(&self.rule, backward);
    }
}
