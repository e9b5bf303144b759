use glassbox_tensor::Image;

use super::pixel_pyramid::SIZES;
use crate::filters::shared::parameters::{Parameter, Values};
use crate::filters::shared::plain::mean;
use crate::filters::{Arguments, Entry, parse, sobel};
use crate::operator::{Neighbourhood, Window};
use crate::{Engine, Error, Filter, PictureOperator, Pixel};

/// The mean of the largest square around the pixel that holds no edge; of the smallest square, if all hold one.
fn formula(around: &Neighbourhood, sizes: &[usize], threshold: f64) -> f64 {
    let mut chosen = 0.0;
    for (index, &size) in sizes.iter().enumerate() {
        let square = around.under(Window::centred(size));
        let edges = square.offsets().map(|(dy, dx)| edge(&around.moved(dy, dx)));
        if index == 0 || edges.fold(0.0, f64::max) <= threshold * around.depth().full {
            chosen = mean(&square.window());
        }
    }
    chosen
}

/// How strong an edge is at a pixel: Sobel's stronger response, a step of the full range giving the full range.
fn edge(around: &Neighbourhood) -> f64 {
    let around = around.under(Window::centred(3));
    f64::max(around.correlate(&sobel::A).abs(), around.correlate(&sobel::B).abs()) / 4.0
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "edge-pyramid-pool",
    summary: "a pyramid that respects edges: the mean of the largest square around each pixel that holds no edge",
    formula: "the mean of the largest square in which max(|a|, |b|) / 4 ≤ threshold · full, a and b by Sobel; else of \
              the smallest",
    source: "our own definition; arXiv 2009.07485 gives only the name",
    parameters: &[EDGE_SIZES, THRESHOLD],
    variants: &[],
    build,
};

const EDGE_SIZES: Parameter = Parameter { default: "1 3 5 9", ..SIZES };

const THRESHOLD: Parameter = Parameter {
    name: "threshold",
    default: "0.1",
    values: Values::Real(0.0, 1.0),
    help: "part of the range: a greater step is an edge",
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let mut sizes = arguments.wholes("sizes");
    sizes.sort_unstable();
    let level = |size: &usize| Ok((parse(&format!("dilate:size={size}"))?, parse(&format!("blur:size={size}"))?));
    let levels = sizes.iter().map(level).collect::<Result<_, Error>>()?;
    let edges = parse("sobel:combine=max")?;
    let threshold = arguments.real("threshold").unwrap_or(0.1);
    // Sobel's masks reach one row beyond the square.
    let reach = sizes.last().map(|largest| largest / 2 + 1);
    let pyramid = EdgePyramid { edges, levels, threshold: threshold as f32, reach };
    Ok(Filter::picture(arguments.operator(), pyramid, move |around| formula(around, &sizes, threshold)))
}

#[derive(Debug)]
struct EdgePyramid {
    edges: Filter,
    /// For each size, the smallest first: the filters that find the strongest edge and the mean.
    levels: Vec<(Filter, Filter)>,
    threshold: f32,
    /// Rows from the pixel to the last one that an edge in the largest square depends on.
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
        let edges = run(&self.edges, &picture.map(T::to_real));
        let mut out = run(&self.levels[0].1, picture);
        for (strongest, mean) in &self.levels[1..] {
            let (strongest, mean) = (run(strongest, &edges), run(mean, picture));
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

/// The output of one of the filters above, which take pictures of any size.
fn run<T: Pixel>(filter: &Filter, picture: &Image<T>) -> Image<T> {
    Engine::default().run(std::slice::from_ref(filter), picture).expect("fits any picture")
}
