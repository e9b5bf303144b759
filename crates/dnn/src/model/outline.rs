use super::file::input_and_layers;
use super::summary::{LayerSummary, layer_of};
use crate::net::{Size, each_layer};
use crate::{Error, Shape};

/// Sides that are tried for any input.
const LEAST_TRIED: usize = 32;

/// Sides that show a step.
const ENOUGH: usize = 3;

/// A net without its numbers: what its text says for an input.
///
/// ```
/// use glassbox_dnn::{Outline, Shape};
/// let outline = Outline::read("conv 8 3x3 | max-pool 2 | conv 8 3x3", Shape::picture(28, 28, 1)).unwrap();
/// assert_eq!(outline.output(), Shape::picture(11, 11, 8));
/// assert_eq!(outline.parameter_count, 8 * 9 + 8 + 8 * 8 * 9 + 8);
/// // Of 29 rows the pooling would leave one out; of 6, 4 are left, then 2: too few for the second 3×3.
/// assert_eq!(outline.sides().steps(), Some((8, 2)));
/// ```
#[derive(Clone, Debug)]
pub struct Outline {
    text: String,
    /// The shape of an input sample.
    pub input: Shape,
    /// The layers, first to last.
    pub layers: Vec<LayerSummary>,
    /// Rows below and columns to the right that each layer leaves out, because its stride does not lead there.
    pub unreached: Vec<[usize; 2]>,
    /// The number of trained parameters.
    pub parameter_count: usize,
    /// The shapes of the parameters of each layer.
    parameters: Vec<Vec<Vec<usize>>>,
}

/// Sides of square pictures that a net takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// Those that it takes, ascending.
    pub taken: Vec<usize>,
    /// All from 1 to this one were tried.
    pub tried: usize,
}

impl Outline {
    /// Reads a net's text for samples of shape `input`. No numbers are made.
    ///
    /// # Errors
    /// If the text makes no net on this input.
    pub fn read(text: &str, input: Shape) -> Result<Self, Error> {
        let mut outline = Self {
            text: text.into(),
            input,
            layers: Vec::new(),
            unreached: Vec::new(),
            parameter_count: 0,
            parameters: Vec::new(),
        };
        let mut size = Size::default();
        each_layer::<f32>(text, input, |layer| {
            size.add(&*layer)?;
            let parameters = layer.parameters();
            let trained = parameters.iter().filter(|parameter| parameter.trained);
            outline.parameter_count += trained.map(|each| each.shape.iter().product::<usize>()).sum::<usize>();
            outline.parameters.push(parameters.into_iter().map(|parameter| parameter.shape).collect());
            outline.unreached.push(layer.unreached());
            outline.layers.push(layer_of(&*layer));
            Ok(())
        })?;
        Ok(outline)
    }

    /// Reads the text of a model file, which begins with the input: `input 28x28x1 | flatten | dense 10`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn of_model(text: &str) -> Result<Self, Error> {
        let (input, layers) = input_and_layers(text)?;
        Self::read(layers, input)
    }

    /// The same net for another input.
    ///
    /// # Errors
    /// If the net does not take it, or a layer would need weights of another shape.
    pub fn with_input(&self, input: Shape) -> Result<Self, Error> {
        let other = Self::read(&self.text, input)?;
        let pairs = self.parameters.iter().zip(&other.parameters).enumerate();
        match { pairs }.find(|(_, (own, other))| own != other) {
            Some((index, (own, needed))) => {
                let (layer, before) = (&self.layers[index].text, self.input);
                Err(Error::Model(format!(
                    "layer {} ({layer}) has weights {own:?}, as {before} needs them; {input} needs {needed:?}",
                    index + 1
                )))
            }
            None => Ok(other),
        }
    }

    /// The shape of an output sample.
    pub fn output(&self) -> Shape {
        self.layers.last().map_or(self.input, |layer| layer.output)
    }

    /// Whether every layer sees all of its input.
    pub fn is_whole(&self) -> bool {
        self.unreached.iter().all(|rest| *rest == [0; 2])
    }

    /// Tries square pictures of ascending sides: with the same weights, the net must take all of them, no row or column
    /// left out. It ends at the side of the input, or later if the net has taken few by then, at twice the side at
    /// most.
    pub fn sides(&self) -> Sides {
        let side = self.input.height.max(self.input.width).max(LEAST_TRIED);
        let takes = |side: usize| {
            let other = self.with_input(Shape::picture(side, side, self.input.channels));
            other.is_ok_and(|other| other.is_whole())
        };
        let mut sides = Sides { taken: Vec::new(), tried: 0 };
        while sides.tried < side || (sides.taken.len() < ENOUGH && sides.tried < 2 * side) {
            sides.tried += 1;
            if takes(sides.tried) {
                sides.taken.push(sides.tried);
            }
        }
        sides
    }
}

impl Sides {
    /// The first side and the step to the next, if all steps are the same.
    pub fn steps(&self) -> Option<(usize, usize)> {
        let &[first, second, ..] = &self.taken[..] else { return None };
        let step = second - first;
        self.taken.windows(2).all(|pair| pair[1] - pair[0] == step).then_some((first, step))
    }
}
