//! A net's text, layer by layer.

use glassbox_tensor::quoted;

use crate::layers::{self, Layer, Mark};
use crate::shape::MOST_NODES;
use crate::{Error, Real, Shape};

/// Most layers of a net, named nodes included.
const MOST_LAYERS: usize = 4096;

/// Most parameters of a net: a quarter of a GiB of `f32`.
const MOST_PARAMETERS: usize = 1 << 26;

/// Reads the layers of a text, samples of shape `input` coming in, and hands each to `take`. Returns the nodes that
/// have names.
pub(crate) fn each_layer<T: Real>(
    text: &str,
    input: Shape,
    mut take: impl FnMut(Box<dyn Layer<T>>) -> Result<(), Error>,
) -> Result<Vec<Mark>, Error> {
    if input.is_empty() || input.len() > MOST_NODES {
        return Err(Error::Model(format!("input {input}: 1 to {MOST_NODES} numbers a sample are allowed")));
    }
    check_count(text.split('|').count())?;
    let (mut shape, mut layers, mut marks) = (input, 0, Vec::<Mark>::new());
    for (position, part) in text.split('|').enumerate() {
        let wrong =
            |error: String| Error::Model(format!("layer {} of {}, after {shape}: {error}", position + 1, quoted(text)));
        let words: Vec<_> = part.split_whitespace().collect();
        if let ["as", name] = words[..] {
            if marks.iter().any(|mark| mark.name == name) {
                return Err(wrong(format!("there is a node named {} before", quoted(name))));
            }
            marks.push(Mark { name: name.into(), node: layers, shape });
            continue;
        }
        let layer = layers::layer::<T>(&words, shape, &marks).map_err(|error| wrong(error.to_string()))?;
        let output = layer.output();
        take(layer).map_err(|error| wrong(error.to_string()))?;
        (shape, layers) = (output, layers + 1);
    }
    Ok(marks)
}

/// What is limited in a net.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    pub(crate) layers: usize,
    pub(crate) parameters: usize,
}

impl Size {
    /// A layer more.
    ///
    /// # Errors
    /// If it gives no or too many numbers, or the net gets too many layers or parameters.
    pub(crate) fn add<T: Real>(&mut self, layer: &dyn Layer<T>) -> Result<(), Error> {
        check_count(self.layers + 1)?;
        let output = layer.output();
        if output.is_empty() || output.len() > MOST_NODES {
            return Err(Error::Model(format!("gives {output}; 1 to {MOST_NODES} numbers a sample are allowed")));
        }
        let product = |shape: &[usize]| shape.iter().fold(1usize, |product, &side| product.saturating_mul(side));
        let numbers = layer.parameters().iter().fold(0usize, |sum, each| sum.saturating_add(product(&each.shape)));
        let parameters = self.parameters.saturating_add(numbers);
        if parameters > MOST_PARAMETERS {
            return Err(Error::Model(format!("more than {MOST_PARAMETERS} parameters in all")));
        }
        *self = Self { layers: self.layers + 1, parameters };
        Ok(())
    }
}

fn check_count(layers: usize) -> Result<(), Error> {
    if layers > MOST_LAYERS {
        return Err(Error::Model(format!("{layers} layers; at most {MOST_LAYERS} are allowed")));
    }
    Ok(())
}
