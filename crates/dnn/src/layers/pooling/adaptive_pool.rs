use glassbox_tensor::Tensor;

use super::global_pool::Method;
use super::rule::Windows;
use crate::compute::window::Places;
use crate::layers::arguments::size_text;
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Relation};
use crate::onnx::{Attribute, Onnx};
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// The greatest number or the mean of each of `H`×`W` regions, channel by channel, for a picture of any size.
///
/// Of `h` rows, region `i` of `H` has those from `⌊i·h/H⌋` to before `⌈(i + 1)·h/H⌉`, as in PyTorch: neighbours share a
/// row where `H` does not divide `h`. The derivatives are those of `max-pool` and `avg-pool`.
///
/// Source: K. He, X. Zhang, S. Ren, J. Sun, Spatial pyramid pooling in deep convolutional networks for visual
/// recognition (2014).
///
/// # Shape
/// `[n, h, w, c]` → `[n, H, W, c]`
#[derive(Clone, Debug)]
pub struct AdaptivePool {
    method: Method,
    windows: Windows,
}

impl Kind for AdaptivePool {
    const ENTRY: Entry = Entry {
        name: "adaptive-pool",
        usage: "adaptive-pool max|avg HxW",
        summary: "the greatest number or the mean of each of HxW regions, for pictures of any size",
        formula: "region i of H: rows ⌊i·h/H⌋ … ⌈(i + 1)·h/H⌉ − 1",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let method = Method::parse(arguments)?;
        let (rows, columns) = arguments.size("the number of regions")?;
        let input = arguments.input;
        Ok(Self {
            method,
            windows: Windows { input, rows: regions(input.height, rows), columns: regions(input.width, columns) },
        })
    }
}

fn regions(side: usize, count: usize) -> Vec<Places> {
    let region = |i: usize| {
        let first = i * side / count;
        Places::stretch(first, ((i + 1) * side).div_ceil(count) - first)
    };
    (0..count).map(region).collect()
}

impl<T: Real> Layer<T> for AdaptivePool {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        let regions = (self.windows.rows.len(), self.windows.columns.len());
        format!("adaptive-pool {} {}", self.method.name(), size_text(regions, false))
    }

    fn output(&self) -> Shape {
        self.windows.output()
    }

    // Rows first, then columns: the greatest number and the mean of a rectangle separate.
    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let Windows { input: shape, rows, columns } = &self.windows;
        let mut picture = graph.picture(input, *shape);
        match self.method {
            Method::Avg => {
                let rows = graph.real(&[rows.len(), shape.height], shares(rows, shape.height));
                picture = graph.add("MatMul", &[&rows, &picture], vec![]);
                let shares = shares(columns, shape.width);
                let turned = (0..shape.width).flat_map(|x| shares.iter().skip(x).step_by(shape.width).copied());
                let columns = graph.real(&[shape.width, columns.len()], turned.collect());
                picture = graph.add("MatMul", &[&picture, &columns], vec![]);
            }
            Method::Max => {
                for (axis, regions) in [(2, rows), (3, columns)] {
                    picture = greatest(graph, &picture, axis, regions);
                }
            }
        }
        Some(graph.settle(picture, self.windows.output()))
    }

    fn relation(&self, _: Notation) -> Option<Relation> {
        Some(self.method.relation())
    }

    fn forward(&self, forward: Forward<'_, T>) {
        self.method.forward(&self.windows, forward);
    }

    fn backward(&self, backward: Backward<'_, T>) {
        self.method.backward(&self.windows, backward);
    }
}

/// The weight of each row in each region: `[regions, side]`.
fn shares<T: Real>(regions: &[Places], side: usize) -> Vec<T> {
    let mut shares = vec![T::zero(); regions.len() * side];
    for (shares, region) in shares.chunks_exact_mut(side).zip(regions) {
        shares[region.first..][..region.count].fill(T::one() / T::from_f64(region.count as f64));
    }
    shares
}

fn greatest<T: Real>(graph: &mut Onnx<T>, picture: &str, axis: i64, regions: &[Places]) -> String {
    let axes = graph.whole(vec![axis]);
    let mut pieces = Vec::new();
    for region in regions {
        let first = graph.whole(vec![region.first as i64]);
        let end = graph.whole(vec![(region.first + region.count) as i64]);
        let piece = graph.add("Slice", &[picture, &first, &end, &axes], vec![]);
        pieces.push(graph.add("ReduceMax", &[&piece, &axes], vec![("keepdims", Attribute::Int(1))]));
    }
    let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
    graph.add("Concat", &pieces, vec![("axis", Attribute::Int(axis))])
}
