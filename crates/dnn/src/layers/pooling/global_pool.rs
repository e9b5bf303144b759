use glassbox_tensor::{Tensor, quoted};

use super::avg_pool::Mean;
use super::max_pool::Max;
use super::rule::Windows;
use crate::compute::window::Places;
use crate::layers::{Arguments, Entry, Kind, Layer, Notation, Relation};
use crate::onnx::Onnx;
use crate::pass::{Backward, Forward};
use crate::{Error, Real, Shape};

/// Which pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Max,
    Avg,
}

impl Method {
    pub(super) fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        match arguments.word("max or avg")? {
            "max" => Ok(Self::Max),
            "avg" => Ok(Self::Avg),
            word => Err(arguments.wrong(format!("found {}; allowed: max, avg", quoted(word)))),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Avg => "avg",
        }
    }

    pub(super) fn relation(self) -> Relation {
        match self {
            Self::Max => Relation::Greatest,
            Self::Avg => Relation::Sum,
        }
    }

    pub(super) fn forward<T: Real>(self, windows: &Windows, forward: Forward<'_, T>) {
        match self {
            Self::Max => windows.forward(&Max, forward),
            Self::Avg => windows.forward(&Mean { counts_padding: false }, forward),
        }
    }

    pub(super) fn backward<T: Real>(self, windows: &Windows, backward: Backward<'_, T>) {
        match self {
            Self::Max => windows.backward(&Max, backward),
            Self::Avg => windows.backward(&Mean { counts_padding: false }, backward),
        }
    }
}

/// The greatest number or the mean of each channel: one window, as large as the picture. The derivatives are those of
/// `max-pool` and `avg-pool`.
///
/// Source of the mean instead of dense layers: M. Lin, Q. Chen, S. Yan, Network in network (2014).
///
/// # Shape
/// `[n, h, w, c]` → `[n, c]`
#[derive(Clone, Debug)]
pub struct GlobalPool {
    method: Method,
    windows: Windows,
}

impl Kind for GlobalPool {
    const ENTRY: Entry = Entry {
        name: "global-pool",
        usage: "global-pool max|avg",
        summary: "the greatest number or the mean of each channel",
        formula: "y[c] = max or mean of x[·, ·, c]",
        is_activation: false,
    };

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        let (method, input) = (Method::parse(arguments)?, arguments.input);
        let all = |side: usize| vec![Places::stretch(0, side)];
        Ok(Self { method, windows: Windows { input, rows: all(input.height), columns: all(input.width) } })
    }
}

impl<T: Real> Layer<T> for GlobalPool {
    fn entry(&self) -> &'static Entry {
        &Self::ENTRY
    }

    fn text(&self) -> String {
        format!("global-pool {}", self.method.name())
    }

    fn output(&self) -> Shape {
        self.windows.output()
    }

    fn onnx(&self, graph: &mut Onnx<T>, [input, _]: [&str; 2], _: &[Tensor<T>]) -> Option<String> {
        let input = graph.picture(input, self.windows.input);
        let operator = match self.method {
            Method::Max => "GlobalMaxPool",
            Method::Avg => "GlobalAveragePool",
        };
        let output = graph.add(operator, &[&input], vec![]);
        Some(graph.settle(output, self.windows.output()))
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
