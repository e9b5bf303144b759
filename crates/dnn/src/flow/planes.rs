use crate::{Error, Net, Real, Shape};

/// What a drawing net is shown of a pixel: the picture on its way, the time, and a number a class: 1 for the class that
/// is wanted, 0 for the others. All are 0 where no class is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planes {
    /// Channels of the picture.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Planes {
    /// The planes of a net that draws.
    ///
    /// # Errors
    /// If what it gives is no picture of the size of its input, or leaves no plane for the time and a class.
    ///
    /// ```
    /// use glassbox_dnn::{Net, Shape, flow::Planes};
    /// let net = Net::<f32>::from_text("conv 1 3x3 same", Shape::picture(8, 8, 12)).unwrap();
    /// assert_eq!(Planes::of(&net).unwrap(), Planes { channels: 1, classes: 10 });
    /// ```
    pub fn of<T: Real>(net: &Net<T>) -> Result<Self, Error> {
        let (input, output) = (net.input(), net.output());
        let classes = input.channels.checked_sub(output.channels + 1).filter(|&classes| classes > 0);
        match classes {
            Some(classes) if input == Planes { channels: output.channels, classes }.shape(output) => {
                Ok(Self { channels: output.channels, classes })
            }
            _ => Err(Error::Model(format!(
                "makes {output} of {input}; a picture is needed, of the same with planes for the time and the classes"
            ))),
        }
    }

    /// The shape of the input of a net that draws such pictures.
    pub fn shape(self, picture: Shape) -> Shape {
        Shape { channels: self.count(), ..picture }
    }

    /// Numbers of a pixel that the net is shown.
    pub fn count(self) -> usize {
        self.channels + 1 + self.classes
    }

    /// Writes what the net is shown of a picture at time `t`.
    ///
    /// # Shape
    /// `x` `[pixels, channels]` → `input` `[pixels, count]`
    ///
    /// ```
    /// use glassbox_dnn::flow::Planes;
    /// let mut input = [0.0f32; 8];
    /// Planes { channels: 1, classes: 2 }.show(&[0.75, -1.0], 0.5, Some(1), &mut input);
    /// assert_eq!(input, [0.75, 0.5, 0.0, 1.0, -1.0, 0.5, 0.0, 1.0]);
    /// ```
    pub fn show<T: Real>(self, x: &[f32], t: f32, class: Option<usize>, input: &mut [T]) {
        for (shown, x) in input.chunks_exact_mut(self.count()).zip(x.chunks_exact(self.channels)) {
            shown.fill(T::zero());
            shown.iter_mut().zip(x).for_each(|(shown, &x)| *shown = T::from_f64(x.into()));
            shown[self.channels] = T::from_f64(t.into());
            if let Some(class) = class {
                shown[self.channels + 1 + class] = T::one();
            }
        }
    }
}

/// What a filling net is shown of a pixel: the pixel on its way, the time, and 1 where it is known, 0 in a hole.
pub const HOLE_PLANES: usize = 3;

/// Writes what a filling net is shown at time `t`. Known pixels stand at their end all the way.
///
/// # Shape
/// `x` and `hole` `[pixels]` → `input` `[pixels, 3]`
///
/// ```
/// use glassbox_dnn::flow::show_holes;
/// let mut input = [0.0f32; 6];
/// show_holes(&[0.75, -1.0], 0.5, &[true, false], &mut input);
/// assert_eq!(input, [0.75, 0.5, 0.0, -1.0, 0.5, 1.0]);
/// ```
pub fn show_holes<T: Real>(x: &[f32], t: f32, hole: &[bool], input: &mut [T]) {
    for (shown, (&x, &hole)) in input.chunks_exact_mut(HOLE_PLANES).zip(x.iter().zip(hole)) {
        let known = if hole { T::zero() } else { T::one() };
        shown.copy_from_slice(&[T::from_f64(x.into()), T::from_f64(t.into()), known]);
    }
}
