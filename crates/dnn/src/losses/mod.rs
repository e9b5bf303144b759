//! Losses: how far the outputs are from their targets, and their gradients. One file each.

mod binary_cross_entropy;
mod cross_entropy;
mod hinge;
mod huber;
mod kullback_leibler;
mod mean_absolute;
mod mean_squared_error;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cross_entropy::CrossEntropy;
pub use hinge::Hinge;
pub use huber::Huber;
pub use kullback_leibler::KullbackLeibler;
pub use mean_absolute::MeanAbsolute;
pub use mean_squared_error::MeanSquaredError;

use crate::Real;

/// What the numbers of one output are called in the cells of a spreadsheet.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// The output.
    pub o: &'a str,
    /// Its target.
    pub l: &'a str,
    /// The targets of all outputs, as a range.
    pub targets: &'a str,
    /// How many outputs there are.
    pub outputs: usize,
}

/// A loss in the cells of a spreadsheet, at one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formulas {
    /// Its share in the loss; the loss is the sum over the outputs.
    pub term: String,
    /// `∂E/∂o`.
    pub gradient: String,
    /// [`Loss::fused_gradient`], for a loss that fuses with some layer.
    pub fused: Option<String>,
}

/// A measure of how far the outputs `o` of one sample are from their targets `l`.
pub trait Loss<T: Real>: std::fmt::Debug + Send + Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Its formula.
    fn formula(&self) -> &'static str;

    /// The loss of one sample.
    ///
    /// # Panics
    /// If `outputs` and `target` differ in length.
    fn value(&self, outputs: &[T], target: &[T]) -> T;

    /// Its gradient, ∂E/∂oᵢ, written to `gradient`.
    ///
    /// # Panics
    /// If `outputs`, `target` and `gradient` differ in length.
    fn gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]);

    /// Whether the gradient by the input of a last layer of this kind is simpler than the two derivatives apart, and
    /// exact where they are not. [`fused_gradient`](Loss::fused_gradient) then computes it.
    fn fuses_with(&self, _layer: &str) -> bool {
        false
    }

    /// The loss in the cells of a spreadsheet, if they can have it.
    fn formulas(&self, _cells: Cells) -> Option<Formulas> {
        None
    }

    /// The gradient by each input of the last layer.
    fn fused_gradient(&self, outputs: &[T], target: &[T], gradient: &mut [T]) {
        self.gradient(outputs, target, gradient);
    }
}

/// The losses by their names on the command line.
macro_rules! losses {
    ($($loss:expr),* $(,)?) => {
        /// Every loss.
        pub fn all<T: Real>() -> Vec<Box<dyn Loss<T>>> {
            vec![$(Box::new($loss)),*]
        }
    };
}

losses!(MeanSquaredError, CrossEntropy, BinaryCrossEntropy, MeanAbsolute, Huber { delta: 1.0 }, Hinge, KullbackLeibler);

/// The loss of that name.
pub fn by_name<T: Real>(name: &str) -> Option<Box<dyn Loss<T>>> {
    all().into_iter().find(|loss| loss.name() == name)
}

/// An output clamped for logarithms and quotients: no nearer to 0 or 1 than the nearest number inside. NaN, the sign of
/// a training that diverged, stays.
fn inside<T: Real>(o: T) -> T {
    let o = above_zero(o);
    if o > T::one() - T::epsilon() { T::one() - T::epsilon() } else { o }
}

/// The same at the lower end only.
fn above_zero<T: Real>(o: T) -> T {
    if o < T::min_positive_value() { T::min_positive_value() } else { o }
}

/// One-hot: 1 at `label`, 0 elsewhere; a row of the article's `np.eye(classes)[label]`.
///
/// ```
/// assert_eq!(glassbox_dnn::losses::one_hot::<f32>(2, 4), [0.0, 0.0, 1.0, 0.0]);
/// ```
///
/// # Panics
/// If `label` is not below `classes`.
#[track_caller]
pub fn one_hot<T: Real>(label: u8, classes: usize) -> Vec<T> {
    assert!(usize::from(label) < classes, "one_hot: expected a label below {classes}, got {label}");
    (0..classes).map(|class| if class == usize::from(label) { T::one() } else { T::zero() }).collect()
}
