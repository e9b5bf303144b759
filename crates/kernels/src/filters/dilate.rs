use super::extreme::ExtremeRow;
use super::parameters::{BORDER, SQUARE};
use super::{Arguments, Entry};
use crate::filter::{Filter, Operator, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "dilate",
    summary: "lets bright parts grow: each pixel becomes the greatest of its square",
    formula: "the greatest of the size² pixels of the square",
    parameters: &[SQUARE, BORDER],
    variants: &["size=15"],
    build,
};

fn build(arguments: &Arguments) -> Result<Box<dyn Filter>, Error> {
    Ok(Box::new(Dilate { size: arguments.whole("size").unwrap_or(3), border: arguments.border()? }))
}

/// Dilation: each channel of a pixel becomes the greatest of the `size × size` numbers around it.
///
/// Source: J. Serra, *Image Analysis and Mathematical Morphology* (1982), for a flat square.
#[derive(Clone, Copy, Debug)]
pub struct Dilate {
    /// Side of the square, 1 or more; of an even side one more pixel lies above and to the left.
    pub size: usize,
    /// What stands beyond the edge.
    pub border: Border,
}

impl Operator for Dilate {
    type Kernel<T: Pixel> = ExtremeRow<T, true>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn window(&self) -> Window {
        Window::centred(self.size)
    }

    fn border(&self) -> Border {
        self.border
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> ExtremeRow<T, true> {
        ExtremeRow::new(self.size, channels)
    }
}
