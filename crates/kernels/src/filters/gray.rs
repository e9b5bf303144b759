use super::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

pub(super) static ENTRY: Entry = Entry {
    name: "gray",
    summary: "colours to brightness",
    formula: "0.299·R + 0.587·G + 0.114·B (Rec. 601), rounded",
    source: "ITU-R BT.601",
    parameters: &[],
    variants: &[],
    build: |arguments: &Arguments| -> Result<Filter, Error> { Ok(Filter::rows(arguments.operator(), Gray)) },
};

/// Luma, `0.299·R + 0.587·G + 0.114·B`.
///
/// Three channels become one, four (with alpha) become two; one or two stay as they are.
///
/// Source: ITU-R BT.601.
#[derive(Clone, Copy, Debug)]
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

pub(super) struct GrayRow {
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
