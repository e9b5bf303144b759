use glassbox_tensor::Image;

use super::pixel_pyramid::SIZES;
use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::{Arguments, Entry, parse};
use crate::{Engine, Error, Filter, PictureOperator, Pixel};

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "edge-pyramid-pool",
    summary: "a pyramid that minds edges: the mean of the largest square around each pixel that holds none",
    formula: "the mean of the largest square in which max(|gx|, |gy|) / 4 ≤ threshold · full, g Sobel's; else of the smallest",
    source: "a definition of our own of what arXiv 2009.07485 names",
    parameters: &[EDGE_SIZES, THRESHOLD],
    variants: &[],
    build,
};

const EDGE_SIZES: Parameter = Parameter { default: "1 3 5 9", ..SIZES };

const THRESHOLD: Parameter = Parameter {
    name: "threshold",
    default: "0.1",
    values: Values::Real(0.0, 1.0),
    help: "part of the range from which a step counts as an edge",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let mut sizes = arguments.wholes("sizes");
    sizes.sort_unstable();
    let level = |size: &usize| Ok((parse(&format!("dilate:size={size}"))?, parse(&format!("blur:size={size}"))?));
    let levels = sizes.iter().map(level).collect::<Result<_, Error>>()?;
    let edges = parse("sobel:combine=max")?;
    let threshold = arguments.real("threshold").unwrap_or(0.1);
    // An edge is what its neighbours make it.
    let reach = sizes.last().map(|largest| largest / 2 + 1);
    Ok(Filter::picture(arguments.operator(), EdgePyramid { edges, levels, threshold, reach }))
}

#[derive(Debug)]
struct EdgePyramid {
    edges: Filter,
    /// For each size, the smallest first, the filters that find the strongest edge and the mean.
    levels: Vec<(Filter, Filter)>,
    threshold: f32,
    /// How far the largest square and the edges in it see.
    reach: Option<usize>,
}

impl PictureOperator for EdgePyramid {
    fn shape(&self, shape: (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok(shape)
    }

    fn reach(&self) -> Option<usize> {
        self.reach
    }

    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T> {
        let limit = 4.0 * self.threshold * T::FULL;
        let edges = made(&self.edges, &picture.map(T::to_real));
        let mut out = made(&self.levels[0].1, picture);
        for (strongest, mean) in &self.levels[1..] {
            let (strongest, mean) = (made(strongest, &edges), made(mean, picture));
            let places = out.as_mut_slice().iter_mut().zip(strongest.as_slice()).zip(mean.as_slice());
            for ((out, strongest), mean) in places {
                if *strongest <= limit {
                    *out = *mean;
                }
            }
        }
        out
    }
}

/// What one of the filters above makes, none of which needs more than a pixel.
fn made<T: Pixel>(filter: &Filter, picture: &Image<T>) -> Image<T> {
    Engine::default().run(std::slice::from_ref(filter), picture).expect("fits any picture")
}
