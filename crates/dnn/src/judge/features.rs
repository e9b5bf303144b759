use rayon::prelude::*;

use super::Cloud;
use crate::data::{Dataset, Features};
use crate::pass::Pass;
use crate::run::{argmax, check_finite};
use crate::{Error, Net, Real, Workspace};

/// Pictures that pass through the net at a time; the same for any number of threads.
const AT_ONCE: usize = 64;

/// Most numbers of a feature: the Fréchet distance takes their cube in time.
const WIDEST: usize = 512;

/// What a net makes of pictures.
#[derive(Debug)]
pub(super) struct Seen {
    /// The numbers of the last hidden layer, a row a picture.
    features: Vec<f64>,
    width: usize,
    /// The class that the net says.
    pub(super) answers: Vec<usize>,
    /// The class that the picture has.
    pub(super) labels: Vec<usize>,
}

/// The layers up to the last hidden one, whose numbers go into the last layer with trained parameters.
fn hidden<T: Real>(net: &Net<T>) -> Result<Net<T>, Error> {
    let is_trained = |layer: &usize| net.layers()[*layer].parameters().iter().any(|parameter| parameter.trained);
    let hidden = net.up_to((0..net.layers().len()).rev().find(is_trained).unwrap_or(0));
    if hidden.outputs() > WIDEST {
        let (found, text) = (hidden.outputs(), net.text());
        return Err(Error::Model(format!(
            "the last hidden layer of {text} has {found} numbers; at most {WIDEST} are allowed in a judge"
        )));
    }
    Ok(hidden)
}

/// Shows the chosen pictures to a net.
pub(super) fn see<T: Real>(net: &Net<T>, pictures: Dataset, chosen: &[u32]) -> Result<Seen, Error> {
    let (hidden, pixels) = (hidden(net)?, Features::new());
    let width = hidden.outputs();
    let parts = chosen.par_chunks(AT_ONCE).map(|chosen| {
        let mut input = vec![T::zero(); chosen.len() * net.inputs()];
        pixels.fill(pictures, chosen, &mut input);
        let pass = Pass::predict(chosen.len());
        let features = Workspace::new(&hidden, chosen.len()).forward(&hidden, pass, &input).to_vec();
        let mut workspace = Workspace::new(net, chosen.len());
        let outputs = workspace.forward(net, pass, &input);
        check_finite(outputs)?;
        check_finite(&features)?;
        Ok((features, outputs.chunks_exact(net.outputs()).map(argmax).collect::<Vec<_>>()))
    });
    let mut seen = Seen { features: Vec::new(), width, answers: Vec::new(), labels: Vec::new() };
    for (features, answers) in parts.collect::<Result<Vec<_>, Error>>()? {
        seen.features.extend(features.iter().map(|number| number.as_f64()));
        seen.answers.extend(answers);
    }
    seen.labels = chosen.iter().map(|&index| pictures.label(index)).collect();
    Ok(seen)
}

impl Seen {
    /// Mean and covariance of the features.
    pub(super) fn cloud(&self) -> Cloud {
        Cloud::of(&self.features, self.width)
    }

    /// The root of the mean squared distance of a class's features from their mean, the mean over the classes.
    pub(super) fn variety(&self) -> f64 {
        let classes = self.labels.iter().max().map_or(0, |&label| label + 1);
        let rows = || self.features.chunks_exact(self.width.max(1)).zip(&self.labels);
        let radius = |class: usize| {
            let of_class: Vec<&[f64]> = rows().filter(|(_, label)| **label == class).map(|(row, _)| row).collect();
            let count = of_class.len() as f64;
            let square = |number: usize| {
                let mean = of_class.iter().map(|row| row[number]).sum::<f64>() / count;
                of_class.iter().map(|row| (row[number] - mean).powi(2)).sum::<f64>() / count
            };
            (!of_class.is_empty()).then(|| (0..self.width).map(square).sum::<f64>().sqrt())
        };
        let radii: Vec<f64> = (0..classes).filter_map(radius).collect();
        radii.iter().sum::<f64>() / radii.len().max(1) as f64
    }
}
