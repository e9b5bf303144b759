use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// Luma of red, green and blue; alpha, and pictures without colours, stay as they are.
fn formula(around: &Neighbourhood) -> f64 {
    let pixel = |channel: usize| around.in_channel(channel).at(0, 0);
    let ((_, _, channels), (_, _, channel)) = (around.shape(), around.output());
    match (channels, channel) {
        (3 | 4, 0) => (299.0 * pixel(0) + 587.0 * pixel(1) + 114.0 * pixel(2)) / 1000.0,
        (4, _) => pixel(3),
        _ => pixel(channel),
    }
}

pub(super) static ENTRY: Entry = Entry {
    name: "gray",
    summary: "colours to brightness",
    formula: "0.299·R + 0.587·G + 0.114·B (Rec. 601), rounded",
    source: "ITU-R BT.601",
    parameters: &[],
    variants: &[],
    build: |arguments: &Arguments| -> Result<Filter, Error> { Ok(Filter::rows(arguments.operator(), Gray, formula)) },
};

/// Three channels become one, four (with alpha) become two; other pictures stay as they are.
#[derive(Debug)]
struct Gray;

impl Operator for Gray {
    type Kernel<T: Pixel> = GrayRow;

    fn window(&self) -> Window {
        Window::centred(1)
    }

    fn border(&self) -> Border {
        Border::Clamp
    }

    fn channels(&self, channels: usize) -> usize {
        match channels {
            3 | 4 => channels - 2,
            _ => channels,
        }
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> GrayRow {
        GrayRow { channels }
    }
}

struct GrayRow {
    channels: usize,
}

impl<T: Pixel> Kernel<T> for GrayRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        let row = rows.get(0);
        match self.channels {
            3 => row.as_chunks().0.iter().zip(out).for_each(|(&rgb, out)| *out = T::luma(rgb)),
            4 => row
                .as_chunks()
                .0
                .iter()
                .zip(out.as_chunks_mut().0)
                .for_each(|(&[r, g, b, a], out)| *out = [T::luma([r, g, b]), a]),
            _ => out.copy_from_slice(row),
        }
    }
}
