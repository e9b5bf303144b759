use super::edges::{COMBINE, Choices, Combine, DIRECTION, Direction};
use super::gradient::GradientRow;
use super::parameters::BORDER;
use super::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "sobel",
    summary: "edges, little moved by noise: each mask smooths along the edge it looks for",
    formula: "a = [-1 0 1; -2 0 2; -1 0 1], b = [-1 -2 -1; 0 0 0; 1 2 1]",
    parameters: &[DIRECTION, COMBINE, SIGNED_EDGES, BORDER],
    variants: &["combine=magnitude", "direction=x"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    let Choices { direction, combine, signed } = Choices::from_arguments(arguments);
    Ok(Box::new(Sobel { direction, combine, signed, border: arguments.border()? }))
}

/// Sobel's edges.
///
/// ```text
///     -1 0 1        -1 -2 -1
/// a = -2 0 2    b =  0  0  0
///     -1 0 1         1  2  1
/// ```
///
/// `a` answers to vertical edges, `b` to horizontal ones; `combine` makes one response of both.
///
/// Source: I. Sobel, G. Feldman, *A 3×3 isotropic gradient operator for image processing* (1968).
#[derive(Clone, Copy, Debug)]
pub struct Sobel {
    /// Which responses are wanted.
    pub direction: Direction,
    /// What is made of both.
    pub combine: Combine,
    /// What a negative response becomes.
    pub signed: Signed,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Operator for Sobel {
    type Kernel<T: Pixel> = GradientRow<1, 2>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GradientRow<1, 2> {
        let Self { direction, combine, signed, .. } = *self;
        GradientRow { channels, choices: Choices { direction, combine, signed } }
    }
}
