use super::trained::Bent;
use super::{Arguments, Entry};
use crate::onnx::Onnx;
use crate::{Error, Real};

/// `x` above 0 and `α·x` elsewhere, as `leaky-relu`, but `α` is learned, one for each channel or, `shared`, one for
/// all; 0.25 to begin with.
///
/// Above 0, `∂f/∂x = 1` and `∂f/∂α = 0`; elsewhere `∂f/∂x = α` and `∂f/∂α = x`.
///
/// # Shape
/// `[n, h, w, c]` → `[n, h, w, c]`; `alpha` `[c]` or `[1]`
///
/// K. He et al., *Delving deep into rectifiers* (2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prelu {
    /// Whether all channels have the same α.
    pub shared: bool,
}

impl Bent<1> for Prelu {
    const ENTRY: Entry = Entry {
        name: "prelu",
        usage: "prelu [shared]",
        summary: "negative numbers become α times as large, α learned for each channel",
        formula: "x if x > 0, else α·x",
        is_activation: true,
    };

    const PARAMETERS: [(&'static str, f64); 1] = [("alpha", 0.25)];

    fn parse(arguments: &mut Arguments) -> Result<Self, Error> {
        Ok(Self { shared: arguments.flag("shared") })
    }

    fn text(self) -> String {
        if self.shared { "prelu shared".into() } else { "prelu".into() }
    }

    fn shared(self) -> bool {
        self.shared
    }

    fn onnx<T: Real>(self, graph: &mut Onnx<T>, x: &str, [alpha]: [&[T]; 1], shape: &[usize]) -> String {
        let alpha = graph.real(shape, alpha.to_vec());
        graph.add("PRelu", &[x, &alpha], vec![])
    }

    #[inline(always)]
    fn value<T: Real>(self, x: T, [alpha]: [T; 1]) -> T {
        if x > T::zero() { x } else { alpha * x }
    }

    #[inline(always)]
    fn derivatives<T: Real>(self, x: T, [alpha]: [T; 1]) -> (T, [T; 1]) {
        if x > T::zero() { (T::one(), [T::zero()]) } else { (alpha, [x]) }
    }
}
