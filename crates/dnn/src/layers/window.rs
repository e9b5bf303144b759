//! Windows in the model language and in ONNX.

use glassbox_tensor::quoted;

use super::Arguments;
use super::arguments::size_text;
use crate::Error;
use crate::compute::window::{Padding, Window};
use crate::onnx::{Attribute, ints};

/// A window in the usage of layers.
macro_rules! window_usage {
    () => {
        "[valid | same | same-lower | pad N | pad TOP,LEFT,BOTTOM,RIGHT] [stride S] [dilation D]"
    };
}
pub(super) use window_usage;

/// The largest padding or stride: more is a slip of the pen.
pub(super) const MOST: usize = 1 << 12;

impl Window {
    /// Reads the words after the window's size: padding, stride (`default_stride` if there is none), dilation and, if
    /// `may_ceil`, `ceil`.
    ///
    /// # Errors
    /// If the words are something else, or the window does not fit into the picture.
    pub fn parse(
        arguments: &mut Arguments,
        size: (usize, usize),
        default_stride: (usize, usize),
        may_ceil: bool,
    ) -> Result<Self, Error> {
        let stride = arguments.size_option("stride")?.unwrap_or(default_stride);
        let dilation = arguments.size_option("dilation")?.unwrap_or((1, 1));
        let ceil = may_ceil && arguments.flag("ceil");
        let explicit = arguments.option("pad")?.map(|text| pads(arguments, text)).transpose()?;
        let words = [arguments.flag("valid"), arguments.flag("same"), arguments.flag("same-lower"), explicit.is_some()];
        if words.iter().filter(|found| **found).count() > 1 {
            return Err(arguments.wrong("only one of valid, same, same-lower and pad can be"));
        }
        let padding = match (words, explicit) {
            (_, Some(pads)) => Padding::Explicit(pads),
            ([_, true, ..], _) => Padding::Same,
            ([_, _, true, _], _) => Padding::SameLower,
            _ => Padding::Valid,
        };
        if [stride.0, stride.1, dilation.0, dilation.1, size.0, size.1].iter().any(|&n| n > MOST) {
            return Err(arguments.wrong(format!("size, stride and dilation are at most {MOST}")));
        }
        Self::new(arguments.input, size, stride, dilation, padding, ceil).map_err(|problem| arguments.wrong(problem))
    }

    /// The words that [`parse`](Window::parse) reads, with a blank in front of each.
    pub fn text(&self, default_stride: (usize, usize)) -> String {
        let mut text = match self.padding {
            Padding::Valid => String::new(),
            Padding::Same => " same".into(),
            Padding::SameLower => " same-lower".into(),
            Padding::Explicit(_) => format!(" pad {}", self.pads.map(|pad| pad.to_string()).join(",")),
        };
        if self.stride != default_stride {
            text += &format!(" stride {}", size_text(self.stride, true));
        }
        if self.dilation != (1, 1) {
            text += &format!(" dilation {}", size_text(self.dilation, true));
        }
        if self.ceil {
            text += " ceil";
        }
        text
    }

    /// The window as attributes of an ONNX operator; of poolings with `ceil_mode`.
    pub(crate) fn onnx(&self, is_pooling: bool) -> Vec<(&'static str, Attribute)> {
        let mut attributes = vec![
            ("kernel_shape", ints(&[self.size.0, self.size.1])),
            ("strides", ints(&[self.stride.0, self.stride.1])),
            ("pads", ints(&self.pads)),
            ("dilations", ints(&[self.dilation.0, self.dilation.1])),
        ];
        if is_pooling {
            // Tools differ in whether they drop a window that would begin after the picture, so rounding up is
            // requested only where it matters.
            attributes.push(("ceil_mode", Attribute::Int(self.rounds_up.into())));
        }
        attributes
    }
}

pub(super) fn pads(arguments: &Arguments, text: &str) -> Result<[usize; 4], Error> {
    let numbers: Option<Vec<usize>> =
        text.split(',').map(|number| number.parse().ok().filter(|&number| number <= MOST)).collect();
    match numbers.as_deref() {
        Some(&[all]) => Ok([all; 4]),
        Some(&[top, left, bottom, right]) => Ok([top, left, bottom, right]),
        _ => Err(arguments.wrong(format!("pad is {}; one or four numbers from 0 to {MOST} are allowed", quoted(text)))),
    }
}
