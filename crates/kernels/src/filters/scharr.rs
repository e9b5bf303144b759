use super::edges::{COMBINE, Choices, Combine, DIRECTION, Direction};
use super::gradient::GradientRow;
use super::parameters::BORDER;
use super::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "scharr",
    summary: "edges whose strength depends least on their direction",
    formula: "a = [-3 0 3; -10 0 10; -3 0 3], b = [-3 -10 -3; 0 0 0; 3 10 3]",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let Choices { direction, combine, signed } = Choices::from_arguments(arguments);
    Ok(Box::new(Scharr { direction, combine, signed, border: arguments.border()? }))
}

/// Scharr's edges: weights chosen so that an edge is answered alike in whatever direction it runs.
///
/// ```text
///      -3   0   3         -3 -10  -3
/// a = -10   0  10    b =   0   0   0
///      -3   0   3          3  10   3
/// ```
///
/// `a` answers to vertical edges, `b` to horizontal ones; `combine` makes one response of both.
///
/// Source: H. Scharr, *Optimal operators in digital image processing*, dissertation, Heidelberg (2000).
#[derive(Clone, Copy, Debug)]
pub struct Scharr {
    /// Which responses are wanted.
    pub direction: Direction,
    /// What is made of both.
    pub combine: Combine,
    /// What a negative response becomes.
    pub signed: Signed,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Operator for Scharr {
    type Kernel<T: Pixel> = GradientRow<3, 10>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GradientRow<3, 10> {
        let Self { direction, combine, signed, .. } = *self;
        GradientRow { channels, choices: Choices { direction, combine, signed } }
    }
}
