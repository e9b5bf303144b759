use glassbox_tensor::Tensor;

use crate::{Error, Net, Real};

/// The names of the averaged weights in a checkpoint begin with this.
const AVERAGE: &str = "average/";

/// The weights averaged over the last steps, beside those that are trained: smoother, and mostly better.
///
/// `a ← a + (1 − d)·(w − a)`, `d = min(share, t / (t + 9))` after step t: the first weights, which are random, are
/// soon forgotten.
///
/// Source: B. Polyak, A. Juditsky, *Acceleration of stochastic approximation by averaging* (1992).
#[derive(Debug)]
pub(super) struct Average<T> {
    share: f64,
    weights: Vec<Vec<T>>,
}

impl<T: Real> Average<T> {
    /// Begins with the weights of a net; `share` of the average stays in each step.
    pub(super) fn new(net: &mut Net<T>, share: f64) -> Self {
        Self { share, weights: net.trained_mut().map(|tensor| tensor.as_slice().to_vec()).collect() }
    }

    /// Follows the net after step `step`, from 1.
    pub(super) fn follow(&mut self, net: &mut Net<T>, step: u64) {
        let step = step as f64;
        let part = T::from_f64(1.0 - self.share.min(step / (step + 9.0)));
        for (average, tensor) in self.weights.iter_mut().zip(net.trained_mut()) {
            average.iter_mut().zip(tensor.as_slice()).for_each(|(average, &weight)| {
                *average += part * (weight - *average);
            });
        }
    }

    /// Gives a net the averaged weights.
    pub(super) fn write(&self, net: &mut Net<T>) {
        net.trained_mut().zip(&self.weights).for_each(|(tensor, mean)| tensor.as_mut_slice().copy_from_slice(mean));
    }

    /// The weights under their names in a checkpoint.
    pub(super) fn state(&self) -> impl Iterator<Item = (String, Tensor<T>)> {
        self.weights.iter().enumerate().map(|(index, weights)| {
            (format!("{AVERAGE}{index}"), Tensor::from_array(weights.clone().into()).into_dyn())
        })
    }

    /// Takes what [`state`](Self::state) gave.
    pub(super) fn restore<E: From<Error>>(
        &mut self,
        mut array: impl FnMut(&str) -> Result<Tensor<T>, E>,
    ) -> Result<(), E> {
        for (index, weights) in self.weights.iter_mut().enumerate() {
            let found = array(&format!("{AVERAGE}{index}"))?;
            if found.len() != weights.len() {
                let (found, needed) = (found.len(), weights.len());
                return Err(Error::Model(format!("{AVERAGE}{index} holds {found} numbers; {needed} are needed")).into());
            }
            weights.copy_from_slice(found.as_slice());
        }
        Ok(())
    }
}
