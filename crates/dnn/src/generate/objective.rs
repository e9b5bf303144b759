use super::views::View;
use crate::pass::Pass;
use crate::run::Workspace;
use crate::{Error, Net, Shape};

/// What a picture is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The class that it is to be taken for.
    pub wanted: usize,
    /// Classes that it must not be taken for.
    pub forbidden: Vec<usize>,
    /// The least output of the wanted class.
    pub at_least: f64,
    /// The largest output of each forbidden class.
    pub at_most: f64,
    /// `λ`, how much forbidden classes count.
    pub weight: f64,
    /// `μ`, how much edges cost.
    pub smoothness: f64,
}

/// A bound that an output must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The class.
    pub class: usize,
    /// Whether the class is forbidden; if not, it is wanted.
    pub is_forbidden: bool,
}

impl Wish {
    /// To be taken for `class` with 0.99, whatever else the net sees.
    pub fn for_class(class: usize) -> Self {
        Self { wanted: class, forbidden: Vec::new(), at_least: 0.99, at_most: 0.01, weight: 1.0, smoothness: 1.0 }
    }

    /// The bounds that do not hold for these outputs.
    ///
    /// # Panics
    /// If there are fewer outputs than classes of the wish.
    pub fn broken(&self, outputs: &[f64]) -> Vec<Bound> {
        // NaN lies in no range.
        let holds = (self.at_least..).contains(&outputs[self.wanted]);
        let wanted = (!holds).then_some(Bound { class: self.wanted, is_forbidden: false });
        let over = self.forbidden.iter().filter(|&&class| !(..=self.at_most).contains(&outputs[class]));
        wanted.into_iter().chain(over.map(|&class| Bound { class, is_forbidden: true })).collect()
    }
}

/// Below this a share counts as this much, so that its logarithm is a number.
const LEAST: f64 = 1e-30;

/// Where the slope of an edge's cost bends.
const FLAT: f64 = 1e-3;

/// `J = mean over views of (log o_wanted + λ·Σ log(1 − o_forbidden)) − μ·TV`, `TV` being the mean over the pixels of
/// the length of the difference to the pixels on the right and below.
#[derive(Debug)]
pub(super) struct Objective {
    net: Net<f64>,
    pub(super) wish: Wish,
    workspace: Workspace<f64>,
    views: Vec<View>,
}

/// What the net says of a picture.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// `J`.
    pub(super) value: f64,
    /// The outputs for the picture as it is.
    pub(super) outputs: Vec<f64>,
    /// What bounds are asked of: of the wanted class the lesser of the output for the picture as it is and of the
    /// median over all views, of every other class the greater.
    pub(super) doubtful: Vec<f64>,
}

impl Objective {
    pub(super) fn new(net: Net<f64>, wish: Wish, seed: u64) -> Result<Self, Error> {
        let classes = net.outputs();
        let unknown = [wish.wanted].into_iter().chain(wish.forbidden.iter().copied()).find(|&class| class >= classes);
        if let Some(class) = unknown {
            return Err(Error::Data(format!("there is no class {class}; this net has 0 … {}", classes - 1)));
        }
        if wish.forbidden.contains(&wish.wanted) {
            return Err(Error::Data(format!("class {} is wanted and forbidden at once", wish.wanted)));
        }
        let last = net.layers().last().map_or("", |layer| layer.entry().name);
        if !["sigmoid", "softmax", "hard-sigmoid"].contains(&last) {
            return Err(Error::Model(format!(
                "the outputs of this net are no shares from 0 to 1: its last layer is {last}; softmax or sigmoid is \
                 needed"
            )));
        }
        let views = View::all(picture_shape(net.input()), seed);
        Ok(Self { workspace: Workspace::new(&net, views.len()), net, wish, views })
    }

    /// The shape of the picture.
    pub(super) fn shape(&self) -> Shape {
        picture_shape(self.net.input())
    }

    /// What the net says of a picture in every view; with `gradient`, `∂J/∂picture`, too.
    pub(super) fn ask(&mut self, picture: &[f64], gradient: Option<&mut [f64]>) -> Said {
        let (shape, pass) = (self.shape(), Pass::predict(self.views.len()));
        let mut inputs = vec![0.0; self.views.len() * picture.len()];
        self.views.iter().zip(inputs.chunks_exact_mut(picture.len())).for_each(|(view, seen)| view.of(picture, seen));
        let classes = self.net.outputs();
        let outputs = self.workspace.forward(&self.net, pass, &inputs).to_vec();
        let share = 1.0 / self.views.len() as f64;
        let Wish { wanted, forbidden, weight, smoothness, .. } = &self.wish;
        let mut value = 0.0;
        let mut upstream = vec![0.0; outputs.len()];
        for (outputs, upstream) in outputs.chunks_exact(classes).zip(upstream.chunks_exact_mut(classes)) {
            let wanted_share = outputs[*wanted].max(LEAST);
            value += share * wanted_share.ln();
            upstream[*wanted] += share / wanted_share;
            for &class in forbidden {
                let rest = (1.0 - outputs[class]).max(LEAST);
                value += share * weight * rest.ln();
                upstream[class] -= share * weight / rest;
            }
        }
        let mut edges = vec![0.0; picture.len()];
        value -= smoothness * total_variation(picture, shape, &mut edges);
        if let Some(gradient) = gradient {
            let mut by_input = vec![0.0; inputs.len()];
            self.workspace.backward_from(&self.net, pass, &inputs, &upstream, &mut by_input);
            gradient.iter_mut().zip(edges).for_each(|(gradient, edge)| *gradient = -smoothness * edge);
            for (view, by_seen) in self.views.iter().zip(by_input.chunks_exact(picture.len())) {
                view.back(by_seen, gradient);
            }
        }
        let doubtful = (0..classes).map(|class| {
            let mut of_views: Vec<f64> = outputs.iter().skip(class).step_by(classes).copied().collect();
            let as_it_is = of_views[0];
            // NaN comes last, and stays: no bound holds for it.
            of_views.sort_by(f64::total_cmp);
            let median = of_views[of_views.len() / 2];
            let is_kept = as_it_is.is_nan() || (as_it_is < median) == (class == *wanted);
            if is_kept { as_it_is } else { median }
        });
        Said { value, outputs: outputs[..classes].to_vec(), doubtful: doubtful.collect() }
    }
}

/// The shape of the picture that a net takes; if it takes a list, a square if the list is as long as one.
fn picture_shape(input: Shape) -> Shape {
    let side = input.len().isqrt();
    if input.is_flat() && side * side == input.len() { Shape::picture(side, side, 1) } else { input }
}

/// The mean over the pixels of `√(right² + below² + FLAT²) − FLAT`, with its gradient added to `gradient`.
fn total_variation(picture: &[f64], shape: Shape, gradient: &mut [f64]) -> f64 {
    let Shape { height, width, channels } = shape;
    let share = 1.0 / (height * width) as f64;
    let mut sum = 0.0;
    for place in 0..picture.len() {
        let (y, x) = (place / channels / width, place / channels % width);
        let right = (x + 1 < width).then_some(place + channels);
        let below = (y + 1 < height).then_some(place + width * channels);
        let [across, down] = [right, below].map(|to| to.map_or(0.0, |to| picture[to] - picture[place]));
        let length = (across * across + down * down + FLAT * FLAT).sqrt();
        sum += share * (length - FLAT);
        for (to, difference) in [(right, across), (below, down)] {
            if let Some(to) = to {
                gradient[to] += share * difference / length;
                gradient[place] -= share * difference / length;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::initialise_uniform;

    #[test]
    fn the_gradient_is_that_of_the_objective() {
        for (text, shape) in [
            ("conv 3 3x3 same | tanh | flatten | dense 4 | softmax", Shape::picture(6, 5, 2)),
            (
                "conv 6 5x5 same | relu | max-pool 2 | conv 4 3x3 | relu | max-pool 2 | flatten | dense 9 | relu \
                 | dense 4 | softmax",
                Shape::picture(12, 12, 1),
            ),
        ] {
            let mut net = Net::from_text(text, shape).unwrap();
            initialise_uniform(&mut net, 0.5, 1);
            let wish = Wish { forbidden: vec![0, 2], smoothness: 0.7, ..Wish::for_class(3) };
            let mut objective = Objective::new(net, wish, 1).unwrap();
            let mut picture: Vec<f64> = (0..shape.len()).map(|i| (i * i * 17 % 101) as f64 / 101.0).collect();
            let mut gradient = vec![f64::NAN; shape.len()];
            objective.ask(&picture, Some(&mut gradient));
            for place in 0..shape.len() {
                let (before, h) = (picture[place], 1e-6);
                let mut at = |offset: f64| {
                    picture[place] = before + offset;
                    objective.ask(&picture, None).value
                };
                let difference = (at(h) - at(-h)) / (2.0 * h);
                picture[place] = before;
                assert!(
                    (difference - gradient[place]).abs() < 1e-6,
                    "{text} {place}: {difference}, {}",
                    gradient[place]
                );
            }
        }
    }

    #[test]
    fn bounds_are_told_apart() {
        let wish = Wish { forbidden: vec![0, 2], ..Wish::for_class(1) };
        let bound = |class, is_forbidden| Bound { class, is_forbidden };
        assert_eq!(wish.broken(&[0.01, 0.99, 0.0]), []);
        assert_eq!(wish.broken(&[0.2, 0.98, 0.0]), [bound(1, false), bound(0, true)]);
        assert_eq!(wish.broken(&[f64::NAN; 3]), [bound(1, false), bound(0, true), bound(2, true)]);
    }
}
