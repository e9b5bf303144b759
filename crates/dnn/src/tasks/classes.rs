use super::{Score, Task};
use crate::data::{Augmenter, Features};
use crate::losses::Loss;
use crate::pass::Pass;
use crate::{Augment, Dataset, Error, Net, Real, argmax, evaluate};

/// Telling the classes of pictures: a picture in, its class one-hot as the target.
///
/// ```
/// use glassbox_dnn::tasks::{Classes, Task};
/// use glassbox_dnn::{Dataset, Pass};
/// use glassbox_tensor::Batch;
/// let images = Batch::from_vec([2, 1, 2, 1], vec![0u8, 255, 51, 0]).unwrap();
/// let task = Classes::<f64>::new(Dataset { images: &images, labels: &[2, 0] }, None);
/// let (mut input, mut target) = ([0.0; 2], [0.0; 3]);
/// task.fill(&[0], Pass::train(1, 0, 0), &mut input, &mut target);
/// assert_eq!((input, target), ([0.0, 1.0], [0.0, 0.0, 1.0]));
/// ```
#[derive(Debug)]
pub struct Classes<'a, T> {
    pictures: Dataset<'a>,
    features: Features<T>,
    augmenter: Option<Augmenter>,
}

impl<'a, T: Real> Classes<'a, T> {
    /// The classes of these pictures, which are changed at random before they are learned from if `augment` says how.
    pub fn new(pictures: Dataset<'a>, augment: Option<Augment>) -> Self {
        let augmenter = augment.map(|augment| Augmenter::new(augment, pictures.shape()));
        Self { pictures, features: Features::new(), augmenter }
    }
}

impl<T: Real> Task<T> for Classes<'_, T> {
    fn samples(&self) -> usize {
        self.pictures.len()
    }

    fn check(&self, net: &Net<T>) -> Result<(), Error> {
        self.pictures.check(net)
    }

    fn fill(&self, chosen: &[u32], pass: Pass, input: &mut [T], target: &mut [T]) {
        match &self.augmenter {
            Some(augmenter) => self.features.fill_augmented(self.pictures, chosen, input, augmenter, pass),
            None => self.features.fill(self.pictures, chosen, input),
        }
        target.fill(T::zero());
        let classes = target.len() / chosen.len().max(1);
        for (target, &index) in target.chunks_exact_mut(classes.max(1)).zip(chosen) {
            target[self.pictures.label(index)] = T::one();
        }
    }

    fn fill_unchanged(&self, chosen: &[u32], _pass: Pass, input: &mut [T]) {
        self.features.fill(self.pictures, chosen, input);
    }

    fn hits(&self, chosen: &[u32], outputs: &[T]) -> usize {
        let answers = outputs.chunks_exact(outputs.len() / chosen.len().max(1));
        answers.zip(chosen).filter(|&(answer, &index)| argmax(answer) == self.pictures.label(index)).count()
    }

    fn score(&self, net: &Net<T>, loss: &dyn Loss<T>) -> Result<Score, Error> {
        let found = evaluate(net, self.pictures, loss)?;
        Ok(Score { total: found.total, hits: Some(found.hits), psnr: None, loss: found.loss })
    }
}
