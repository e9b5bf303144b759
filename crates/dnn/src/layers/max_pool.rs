use super::pooling::{Answer, Back, Pool, Pooling, Rule, Seen};
use super::window::window_usage;
use super::{Arguments, Entry, Window};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// `max-pool` as a layer.
pub(super) type MaxPool = Pool<Max>;

/// The greatest number of each window, channel by channel.
///
/// The derivation: a small change of the greatest number changes the output as much, of any other not at all; so the whole gradient goes to the
/// greatest, the first of them if there are several, and is summed up where windows overlap. Places outside the picture have no say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Max;

impl Rule for Max {
    const KEEPS_PLACES: bool = true;
    const GIVES_TO_PLACES: bool = true;

    #[inline(always)]
    fn forward<T: Real>(&self, seen: Seen, input: &[T], Answer { output, places, .. }: Answer<'_, T>) {
        let c = seen.channels;
        let (output, places) = (&mut output[..c], &mut places[..c]);
        let mut is_first = true;
        for row in seen.rows() {
            for column in seen.columns() {
                let at = row + column;
                let numbers = &input[at..][..c];
                if std::mem::take(&mut is_first) {
                    output.copy_from_slice(numbers);
                    for (i, place) in places.iter_mut().enumerate() {
                        *place = (at + i) as u32;
                    }
                    continue;
                }
                for i in 0..c {
                    let greater = numbers[i] > output[i];
                    output[i] = if greater { numbers[i] } else { output[i] };
                    places[i] = if greater { (at + i) as u32 } else { places[i] };
                }
            }
        }
    }

    #[inline(always)]
    fn backward<T: Real>(&self, _: Seen, _: &[T], _: Back<'_, T>) {
        unreachable!("the whole gradient goes to the places")
    }
}

impl Pooling for Max {
    const ENTRY: Entry = Entry {
        name: "max-pool",
        usage: concat!("max-pool K ", window_usage!(), " [ceil]"),
        summary: "the greatest number of each window",
        formula: "y = max of the window",
        is_activation: false,
    };

    fn parse(_: &mut Arguments) -> Result<Self, Error> {
        Ok(Self)
    }

    fn onnx<T: Real>(&self, graph: &mut Onnx<T>, input: &str, window: &Window) -> String {
        graph.add("MaxPool", &[input], window.onnx(true))
    }
}
