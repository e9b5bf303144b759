use super::convolution::{Finish, Matrix};
use super::convolve::ConvolveRow;
use super::parameters::{BORDER, SQUARE};
use super::signed::Signed;
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "blur",
    summary: "the mean of each square: the simplest smoothing",
    formula: "Σ a / size² over the square",
    parameters: &[SQUARE, BORDER],
    variants: &["size=5"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    Ok(Box::new(Blur { size: arguments.whole("size").unwrap_or(3), border: arguments.border()? }))
}

/// The box blur: each channel of a pixel becomes the mean of the `size × size` numbers around it, of whole
/// numbers rounded half up: exactly for `u8`, and for `u16` up to a size of 16.
#[derive(Clone, Copy, Debug)]
pub struct Blur {
    /// Side of the square, 1 or more.
    pub size: usize,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Blur {
    fn matrix(&self) -> Matrix {
        Matrix::Separable { column: vec![1.0; self.size], row: vec![1.0; self.size] }
    }
}

impl Operator for Blur {
    type Kernel<T: Pixel> = ConvolveRow;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        self.matrix().window()
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ConvolveRow {
        let divisor = (self.size * self.size) as f32;
        let finish = Finish { divisor, offset: 0.0, signed: Signed::Clamp };
        ConvolveRow::new(self.matrix(), finish, channels)
    }
}
