//! Training in batches.

use std::ops::ControlFlow;

use glassbox_simd::Level;
use glassbox_tensor::Tensor;

use super::Recipe;
use super::average::Average;
use crate::losses::Loss;
use crate::optimisers::Step;
use crate::pass::Pass;
use crate::tasks::Task;
use crate::{Error, Net, Progress, Real, Workspace};

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
    /// The averaged weights, if the recipe asks for them.
    average: Option<Average<T>>,
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
            average: recipe.average.map(|share| Average::new(&mut net, share)),
            steps: 0,
            steps_an_epoch: samples.div_ceil(batch),
            net,
            loss,
            recipe,
        }
    }

    /// The net as it is now; with averaged SGD or averaged weights, the mean of what it has been. See also
    /// [`settled`](Trainer::settled).
    pub fn net(&self) -> Net<T> {
        let mut net = self.net.clone();
        if let Some(average) = &self.average {
            average.write(&mut net);
        }
        if self.recipe.optimiser.averages() && self.steps > 0 {
            net.trained_mut().zip(&self.moments).for_each(|(tensor, mean)| tensor.as_mut_slice().copy_from_slice(mean));
        }
        net
    }

    /// The net as it is now, for unchanged inputs.
    ///
    /// Batch normalisation measures its mean and variance anew here, from a hundred batches of unchanged inputs, if
    /// training saw changed ones, or weights other than the mean of averaging: pictures that are moved and bent are
    /// smoother than those of prediction. The training itself is not affected.
    ///
    /// Source: statistics taken anew after averaging, P. Izmailov et al., *Averaging weights leads to wider optima and
    /// better generalization* (2018).
    ///
    /// # Errors
    /// If task and net do not fit.
    pub fn settled(&mut self, task: &dyn Task<T>) -> Result<Net<T>, Error> {
        task.check(&self.net)?;
        let mut net = self.net();
        let averages = self.average.is_some() || self.recipe.optimiser.averages();
        let saw_others = self.recipe.augment.is_some() || averages;
        let samples = task.samples();
        if !saw_others || !net.has_running_statistics() || self.steps == 0 || samples == 0 {
            return Ok(net);
        }
        let batch = (self.input.len() / net.inputs()).min(samples);
        for look in 0..LOOKS {
            // Each batch has samples from everywhere: a file may be sorted by class.
            let place = |i: usize| ((i * LOOKS + look) as u64 * samples as u64 / (batch * LOOKS) as u64) as u32;
            let chosen: Vec<u32> = (0..batch).map(place).collect();
            let input = &mut self.input[..batch * net.inputs()];
            let pass = Pass::train(batch, self.recipe.seed, self.steps + look as u64);
            task.fill_unchanged(&chosen, pass, input);
            self.workspace.forward(&net, pass, input);
            self.workspace.observe(&mut net);
        }
        Ok(net)
    }

    /// Steps done so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// All numbers that are needed to go on: the net's parameters, the optimiser's moments, and the averaged weights.
    pub fn state(&self) -> Vec<(String, Tensor<T>)> {
        let mut state = self.net.to_arrays();
        let moments = self.moments.iter().enumerate().filter(|(_, moments)| !moments.is_empty());
        state.extend(moments.map(|(index, moments)| {
            (format!("{MOMENTS}{index}"), Tensor::from_array(moments.clone().into()).into_dyn())
        }));
        state.extend(self.average.iter().flat_map(Average::state));
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
        if let Some(average) = &mut self.average {
            average.restore(array)?;
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
        if let Some(average) = &mut self.average {
            average.follow(&mut self.net, self.steps);
        }
        Ok(loss)
    }

    fn gradient_length(&self) -> f64 {
        let squares = |tensor: &Tensor<T>| -> f64 { tensor.as_slice().iter().map(|g| g.as_f64() * g.as_f64()).sum() };
        self.workspace.gradients().iter().flatten().map(squares).sum::<f64>().sqrt()
    }

    /// One pass over the samples of a task in the given order, from index `from.seen` of it on. `report` receives the
    /// progress after each batch and may stop the pass.
    ///
    /// # Errors
    /// If task and net do not fit, or the loss is no longer finite.
    ///
    /// # Panics
    /// If `order` holds an index that no sample has.
    pub fn epoch(
        &mut self,
        task: &dyn Task<T>,
        order: &[u32],
        from: Progress,
        mut report: impl FnMut(Progress) -> ControlFlow<()> + Send,
    ) -> Result<Progress, Error> {
        task.check(&self.net)?;
        // Inside the pool, so that the many small tasks of a step are not handed over one by one.
        rayon::scope(|_| {
            let mut progress = from;
            for batch in order[from.seen..].chunks(self.recipe.batch.max(1)) {
                let (hits, loss) = self.batch(task, batch)?;
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

    /// A step on some of the samples; returns the hits before it and the mean loss.
    fn batch(&mut self, task: &dyn Task<T>, batch: &[u32]) -> Result<(usize, f64), Error> {
        let (inputs, outputs) = (self.net.inputs(), self.net.outputs());
        let mut input = std::mem::take(&mut self.input);
        let mut target = std::mem::take(&mut self.target);
        let (input_of, target_of) = (&mut input[..batch.len() * inputs], &mut target[..batch.len() * outputs]);
        let pass = Pass::train(batch.len(), self.recipe.seed, self.steps);
        task.fill(batch, pass, input_of, target_of);
        let hits = task.hits(batch, self.workspace.forward(&self.net, pass, input_of));
        let loss = self.descend(pass, input_of, target_of);
        (self.input, self.target) = (input, target);
        Ok((hits, loss?))
    }
}
