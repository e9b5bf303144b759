use std::ops::ControlFlow;

/// A number on the straight way from noise to a picture, and its velocity: `x_t = (1 − t)·noise + t·picture`,
/// `v = picture − noise`.
///
/// ```
/// use glassbox_dnn::flow::on_the_way;
/// assert_eq!(on_the_way(-2.0, 1.0, 0.0), (-2.0, 3.0));
/// assert_eq!(on_the_way(-2.0, 1.0, 0.5), (-0.5, 3.0));
/// ```
pub fn on_the_way(noise: f32, picture: f32, t: f32) -> (f32, f32) {
    ((1.0 - t) * noise + t * picture, picture - noise)
}

/// The number of a pixel on the way: −1 for 0, 1 for 1. So pictures spread about as far as their noise, whose variance
/// is 1.
pub fn from_share(share: f32) -> f32 {
    2.0 * share - 1.0
}

/// The pixel of a number on the way, 0 … 1: what lies beyond −1 and 1 is cut off.
pub fn to_share(number: f32) -> f32 {
    ((number + 1.0) / 2.0).clamp(0.0, 1.0)
}

/// Goes the way in `steps` steps from what `x` holds: `x ← x + v/steps`. `velocity` is asked at t = 0, 1/steps, … and
/// writes `v`; `see` is told `x` after each step, and may end the way.
///
/// Source: L. Euler, *Institutiones calculi integralis* (1768).
///
/// ```
/// use glassbox_dnn::flow::way;
/// use std::ops::ControlFlow;
/// // The exact velocity of the way that ends at 1.
/// let mut x = [-3.0];
/// let ended = way(&mut x, 4, |x, t, v| v[0] = (1.0 - x[0]) / (1.0 - t), |_| ControlFlow::Continue(()));
/// assert_eq!((x, ended), ([1.0], ControlFlow::Continue(())));
/// ```
pub fn way(
    x: &mut [f32],
    steps: usize,
    mut velocity: impl FnMut(&[f32], f32, &mut [f32]),
    mut see: impl FnMut(&[f32]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut v = vec![0.0; x.len()];
    for step in 0..steps {
        velocity(x, step as f32 / steps as f32, &mut v);
        x.iter_mut().zip(&v).for_each(|(x, v)| *x += v / steps as f32);
        see(x)?;
    }
    ControlFlow::Continue(())
}
