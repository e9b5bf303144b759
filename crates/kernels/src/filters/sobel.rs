use super::edges::{COMBINE, Combine, DIRECTION, Direction, Response};
use super::parameters::BORDER;
use super::signed::{SIGNED_EDGES, Signed};
use super::{Arguments, Entry};
use crate::filter::{Filter, Kernel, Operator, Rows, Window};
use crate::pixel::Wide;
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
    let Response { direction, combine, signed } = Response::from_arguments(arguments);
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
    type Kernel<T: Pixel> = SobelRow;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::centred(3)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> SobelRow {
        let Self { direction, combine, signed, .. } = *self;
        SobelRow { channels, response: Response { direction, combine, signed } }
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct SobelRow {
    channels: usize,
    response: Response,
}

impl<T: Pixel> Kernel<T> for SobelRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let (n, c) = (out.len(), self.channels);
        let columns = |y: usize| {
            let row = rows.get(y);
            [&row[..n], &row[c..c + n], &row[2 * c..2 * c + n]]
        };
        let ([nw, north, ne], [west, _, east], [sw, south, se]) = (columns(0), columns(1), columns(2));
        let two = T::Wide::whole(2);
        let a = |i: usize| {
            (ne[i].wide() - nw[i].wide()) + (east[i].wide() - west[i].wide()) * two + (se[i].wide() - sw[i].wide())
        };
        let b = |i: usize| {
            (sw[i].wide() - nw[i].wide()) + (south[i].wide() - north[i].wide()) * two + (se[i].wide() - ne[i].wide())
        };
        self.response.store(out, a, b);
    }
}
