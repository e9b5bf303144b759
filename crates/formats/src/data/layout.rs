//! How the numbers of pictures lie in an array.

use super::{MOST_BYTES, MOST_PICTURES};

/// Most channels of a picture.
const MOST_CHANNELS: usize = 4;

/// The shape of all pictures of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) n: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    /// Whether each channel is a plane of its own, as PyTorch has them.
    pub(super) channels_first: bool,
    /// Whether a picture is a list in the file.
    pub(super) is_list: bool,
}

impl Layout {
    /// The layout of an array of this shape.
    pub(super) fn of(shape: &[usize]) -> Result<Self, String> {
        let [n, height, width, channels, channels_first] = match *shape {
            [n, numbers] => match numbers.isqrt() {
                side if side * side == numbers => [n, side, side, 1, 0],
                _ => {
                    return Err(format!(
                        "holds lists of {numbers} numbers, which make no square picture; [n, height, width] or \
                         [n, height, width, channels] says what they are"
                    ));
                }
            },
            [n, height, width] => [n, height, width, 1, 0],
            [n, height, width, channels] if channels <= MOST_CHANNELS => [n, height, width, channels, 0],
            [n, channels, height, width] if channels <= MOST_CHANNELS => [n, height, width, channels, 1],
            _ => {
                return Err(format!(
                    "has shape {shape:?}; [n, height·width], [n, height, width], [n, height, width, channels] or \
                     [n, channels, height, width] is needed, with at most {MOST_CHANNELS} channels"
                ));
            }
        };
        if shape.contains(&0) {
            return Err(format!("has shape {shape:?}; it must not be empty"));
        }
        let numbers = shape.iter().try_fold(1u64, |product, &side| product.checked_mul(side as u64));
        if n > MOST_PICTURES || numbers.is_none_or(|numbers| numbers > MOST_BYTES) {
            return Err(format!(
                "holds {n} pictures of {height}×{width}×{channels}; at most {MOST_PICTURES} of {MOST_BYTES} pixels in \
                 all are read"
            ));
        }
        Ok(Self { n, height, width, channels, channels_first: channels_first == 1, is_list: shape.len() == 2 })
    }

    /// Numbers of a picture.
    pub(super) fn picture(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// The pixels with their channels last.
    pub(super) fn channels_last(&self, pixels: Vec<u8>) -> Vec<u8> {
        if !self.channels_first || self.channels == 1 {
            return pixels;
        }
        let plane = self.height * self.width;
        let mut out = Vec::with_capacity(pixels.len());
        for picture in pixels.chunks_exact(self.picture()) {
            out.extend((0..plane * self.channels).map(|at| picture[at % self.channels * plane + at / self.channels]));
        }
        out
    }

    /// The shape and what it was made of: `28×28 grey, from lists of 784 numbers`.
    pub(super) fn text(&self) -> String {
        let colours = match self.channels {
            1 => "grey".into(),
            3 => "in colours".into(),
            channels => format!("of {channels} channels"),
        };
        let from = match (self.is_list, self.channels_first) {
            (true, _) => format!(", from lists of {} numbers", self.picture()),
            (_, true) => ", channels first in the file".into(),
            _ => String::new(),
        };
        format!("{}×{} {colours}{from}", self.height, self.width)
    }
}
