//! Training in batches.

use std::ops::ControlFlow;

use glassbox_simd::Level;
use glassbox_tensor::Tensor;

use super::Recipe;
use crate::data::Augmenter;
use crate::data::{Dataset, Features};
use crate::losses::Loss;
use crate::optimisers::Step;
use crate::pass::Pass;
use crate::{Error, Net, Progress, Real, Workspace, argmax};

/// The names of the moments in a checkpoint begin with this.
const MOMENTS: &str = "kept/";

/// What helps against a training that runs away.
pub(super) const ADVICE: &str = "try a smaller learning rate or a limit to the gradient";

/// Batches that the means and variances are measured on anew; with a momentum of 0.1, less than a ten-thousandth of the
/// old values remains.
const LOOKS: usize = 100;

/// A net in training, a batch at a time. Only the first step allocates, and augmentation: a picture a task.
///
/// ```
/// use glassbox_dnn::{Net, Recipe, Trainer, losses::MeanSquaredError, optimisers::Optimiser};
/// let net = Net::<f64>::from_text("dense 1", 2).unwrap();
/// let recipe = Recipe { optimiser: Optimiser::Sgd, rate: 0.5, ..Recipe::default() };
/// let mut trainer = Trainer::new(net, Box::new(MeanSquaredError), recipe, 1);
/// trainer.step(&[1.0, 2.0], &[3.0]).unwrap();
/// // The output was 0, ∂E/∂y = 2·(0 − 3) = −6: both weights rise by 0.5·6 times their input.
/// assert_eq!(trainer.net().to_arrays()[0].1.as_slice(), [3.0, 6.0]);
/// ```
#[derive(Debug)]
pub struct Trainer<T: Real> {
    net: Net<T>,
    loss: Box<dyn Loss<T>>,
    recipe: Recipe,
    workspace: Workspace<T>,
    /// The optimiser's moments, a list for each trained parameter.
    moments: Vec<Vec<T>>,
    /// Steps done.
    steps: u64,
    steps_an_epoch: usize,
    input: Vec<T>,
    target: Vec<T>,
    features: Features<T>,
    augmenter: Option<Augmenter>,
}

impl<T: Real> Trainer<T> {
    /// Takes a net, `samples` of which will be an epoch.
    pub fn new(mut net: Net<T>, loss: Box<dyn Loss<T>>, recipe: Recipe, samples: usize) -> Self {
        let batch = recipe.batch.min(samples).max(1);
        let slots = recipe.optimiser.slots();
        Self {
            workspace: Workspace::new(&net, batch),
            moments: net.trained_mut().map(|tensor| vec![T::zero(); slots * tensor.len()]).collect(),
            input: vec![T::zero(); batch * net.inputs()],
            target: vec![T::zero(); batch * net.outputs()],
            features: Features::new(),
            augmenter: None,
            steps: 0,
            steps_an_epoch: samples.div_ceil(batch),
            net,
            loss,
            recipe,
        }
    }

    /// The net as it is now; with averaged SGD, the mean of what it has been. See also [`settled`](Trainer::settled).
    pub fn net(&self) -> Net<T> {
        let mut net = self.net.clone();
        if self.recipe.optimiser.averages() && self.steps > 0 {
            net.trained_mut().zip(&self.moments).for_each(|(tensor, mean)| tensor.as_mut_slice().copy_from_slice(mean));
        }
        net
    }

    /// The net as it is now, for unchanged pictures.
    ///
    /// Batch normalisation measures its mean and variance anew here, from a hundred batches of unchanged `pictures`, if
    /// training saw changed pictures, or weights other than the mean of averaged SGD: pictures that are moved and bent
    /// are smoother than those of prediction. The training itself is not affected.
    ///
    /// Source: statistics taken anew after averaging, P. Izmailov et al., *Averaging weights leads to wider optima and
    /// better generalization* (2018).
    ///
    /// # Errors
    /// If pictures and net do not fit.
    pub fn settled(&mut self, pictures: Dataset) -> Result<Net<T>, Error> {
        pictures.check(&self.net)?;
        let mut net = self.net();
        let saw_others = self.recipe.augment.is_some() || self.recipe.optimiser.averages();
        if !saw_others || !net.has_running_statistics() || self.steps == 0 || pictures.is_empty() {
            return Ok(net);
        }
        let batch = (self.input.len() / net.inputs()).min(pictures.len());
        for look in 0..LOOKS {
            // Each batch has pictures from everywhere: a file may be sorted by class.
            let place = |i: usize| ((i * LOOKS + look) as u64 * pictures.len() as u64 / (batch * LOOKS) as u64) as u32;
            let chosen: Vec<u32> = (0..batch).map(place).collect();
            let input = &mut self.input[..batch * net.inputs()];
            self.features.fill(pictures, &chosen, input);
            let pass = Pass::train(batch, self.recipe.seed, self.steps + look as u64);
            self.workspace.forward(&net, pass, input);
            self.workspace.observe(&mut net);
        }
        Ok(net)
    }

    /// Steps done so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// All numbers that are needed to go on: the net's parameters and the optimiser's moments.
    pub fn state(&self) -> Vec<(String, Tensor<T>)> {
        let mut state = self.net.to_arrays();
        let moments = self.moments.iter().enumerate().filter(|(_, moments)| !moments.is_empty());
        state.extend(moments.map(|(index, moments)| {
            (format!("{MOMENTS}{index}"), Tensor::from_array(moments.clone().into()).into_dyn())
        }));
        state
    }

    /// Goes back to the state after `steps` steps: `array` gives each of [`state`](Trainer::state)'s arrays.
    ///
    /// # Errors
    /// What `array` reports, or an array of another shape.
    pub fn restore<E: From<Error>>(
        &mut self,
        steps: u64,
        mut array: impl FnMut(&str) -> Result<Tensor<T>, E>,
    ) -> Result<(), E> {
        self.net.set_parameters(&mut array)?;
        for (index, moments) in self.moments.iter_mut().enumerate().filter(|(_, moments)| !moments.is_empty()) {
            let found = array(&format!("{MOMENTS}{index}"))?;
            if found.len() != moments.len() {
                let (found, needed) = (found.len(), moments.len());
                return Err(Error::Model(format!("{MOMENTS}{index} holds {found} numbers; {needed} are needed")).into());
            }
            moments.copy_from_slice(found.as_slice());
        }
        self.steps = steps;
        Ok(())
    }

    /// One step: forward, backward, update. Returns the mean loss over the samples before the update.
    ///
    /// # Shape
    /// `input` `[n, inputs]`, `target` `[n, outputs]`, `n` at most the batch
    ///
    /// # Errors
    /// If the loss is not finite; the net is then as it was before.
    ///
    /// # Panics
    /// If the shapes are not these.
    pub fn step(&mut self, input: &[T], target: &[T]) -> Result<f64, Error> {
        let samples = input.len() / self.net.inputs();
        let pass = Pass::train(samples, self.recipe.seed, self.steps);
        self.workspace.forward(&self.net, pass, input);
        self.descend(pass, input, target)
    }

    /// The second half of a step.
    fn descend(&mut self, pass: Pass, input: &[T], target: &[T]) -> Result<f64, Error> {
        let samples = pass.samples as f64;
        let loss =
            self.workspace.backward(&self.net, pass, input, target, &*self.loss, T::from_f64(1.0 / samples)) / samples;
        if !loss.is_finite() {
            return Err(Error::Diverged(format!("the loss is {loss} at step {}; {ADVICE}", self.steps + 1)));
        }
        let recipe = &self.recipe;
        let step = Step {
            optimiser: recipe.optimiser,
            number: self.steps + 1,
            rate: recipe.rate * recipe.schedule.factor(self.steps, self.steps_an_epoch, recipe.epochs),
            decay: recipe.decay,
            scale: recipe.clip.map_or(1.0, |longest| (longest / self.gradient_length()).min(1.0)),
            level: Level::best(),
        };
        let trained = self.net.trained_with(self.workspace.gradients());
        for ((parameter, gradient), moments) in trained.zip(&mut self.moments) {
            step.apply(parameter.as_mut_slice(), gradient.as_slice(), moments);
        }
        self.workspace.observe(&mut self.net);
        self.steps += 1;
        Ok(loss)
    }

    fn gradient_length(&self) -> f64 {
        let squares = |tensor: &Tensor<T>| -> f64 { tensor.as_slice().iter().map(|g| g.as_f64() * g.as_f64()).sum() };
        self.workspace.gradients().iter().flatten().map(squares).sum::<f64>().sqrt()
    }

    /// One pass over the pictures in the given order, from index `from.seen` of it on. `report` receives the progress
    /// after each batch and may stop the pass.
    ///
    /// # Errors
    /// If pictures and net do not fit, or the loss is no longer finite.
    ///
    /// # Panics
    /// If `order` holds an index that no picture has.
    pub fn epoch(
        &mut self,
        pictures: Dataset,
        order: &[u32],
        from: Progress,
        mut report: impl FnMut(Progress) -> ControlFlow<()> + Send,
    ) -> Result<Progress, Error> {
        pictures.check(&self.net)?;
        self.augmenter = self.recipe.augment.map(|augment| Augmenter::new(augment, pictures.shape()));
        // Inside the pool, so that the many small tasks of a step are not handed over one by one.
        rayon::scope(|_| {
            let mut progress = from;
            for batch in order[from.seen..].chunks(self.recipe.batch.max(1)) {
                let (hits, loss) = self.batch(pictures, batch)?;
                let seen = progress.seen + batch.len();
                let sum = progress.loss * progress.seen as f64 + loss * batch.len() as f64;
                progress = Progress { seen, hits: progress.hits + hits, loss: sum / seen as f64 };
                if report(progress).is_break() {
                    break;
                }
            }
            if !progress.loss.is_finite() || self.net.check_finite().is_err() {
                return Err(Error::Diverged(format!(
                    "loss or weights are no longer finite after step {}; {ADVICE}",
                    self.steps
                )));
            }
            Ok(progress)
        })
    }

    /// A step on some of the pictures; returns the hits before it and the mean loss.
    fn batch(&mut self, pictures: Dataset, batch: &[u32]) -> Result<(usize, f64), Error> {
        let (inputs, outputs) = (self.net.inputs(), self.net.outputs());
        let mut input = std::mem::take(&mut self.input);
        let mut target = std::mem::take(&mut self.target);
        let (input_of, target_of) = (&mut input[..batch.len() * inputs], &mut target[..batch.len() * outputs]);
        let pass = Pass::train(batch.len(), self.recipe.seed, self.steps);
        match &self.augmenter {
            Some(augmenter) => self.features.fill_augmented(pictures, batch, input_of, augmenter, pass),
            None => self.features.fill(pictures, batch, input_of),
        }
        target_of.fill(T::zero());
        for (target, &index) in target_of.chunks_exact_mut(outputs).zip(batch) {
            target[pictures.label(index)] = T::one();
        }
        let answers = self.workspace.forward(&self.net, pass, input_of).chunks_exact(outputs);
        let hit = |(answer, &index): (&[T], &u32)| argmax(answer) == pictures.label(index);
        let hits = answers.zip(batch).filter(|&pair| hit(pair)).count();
        let loss = self.descend(pass, input_of, target_of);
        (self.input, self.target) = (input, target);
        Ok((hits, loss?))
    }
}
