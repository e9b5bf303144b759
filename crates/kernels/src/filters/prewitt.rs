use super::edges::{COMBINE, Choices, Combine, DIRECTION, Direction};
use super::gradient::GradientRow;
use super::parameters::BORDER;
use super::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "prewitt",
    summary: "edges by plain differences over three rows or columns",
    formula: "a = [-1 0 1; -1 0 1; -1 0 1], b = [-1 -1 -1; 0 0 0; 1 1 1]",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let Choices { direction, combine, signed } = Choices::from_arguments(arguments);
    Ok(Box::new(Prewitt { direction, combine, signed, border: arguments.border()? }))
}

/// Prewitt's edges: as Sobel's, without more weight for the middle.
///
/// ```text
///     -1  0  1        -1 -1 -1
/// a = -1  0  1    b =  0  0  0
///     -1  0  1         1  1  1
/// ```
///
/// `a` answers to vertical edges, `b` to horizontal ones; `combine` makes one response of both.
///
/// Source: J. Prewitt, *Object enhancement and extraction*, Picture Processing and Psychopictorics (1970).
#[derive(Clone, Copy, Debug)]
pub struct Prewitt {
    /// Which responses are wanted.
    pub direction: Direction,
    /// What is made of both.
    pub combine: Combine,
    /// What a negative response becomes.
    pub signed: Signed,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Operator for Prewitt {
    type Kernel<T: Pixel> = GradientRow<1, 1>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GradientRow<1, 1> {
        let Self { direction, combine, signed, .. } = *self;
        GradientRow { channels, choices: Choices { direction, combine, signed } }
    }
}
