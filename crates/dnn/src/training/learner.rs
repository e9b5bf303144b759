//! The two ways of training under one roof: the article's, one sample at a time, and batches.

use std::ops::ControlFlow;

use glassbox_tensor::Tensor;

use super::plan::Plan;
use super::settings::Order;
use crate::tasks::Task;
use crate::{Dataset, Error, Net, Online, Progress, Rule, SparseSamples, Stored, Trainer};

/// A net in training, with what it is taught.
pub(super) enum Learner<'a, T: Stored> {
    Article { online: Box<Online<T>>, samples: SparseSamples<'a>, in_file_order: bool },
    Batches { trainer: Box<Trainer<T>>, task: &'a dyn Task<T> },
}

impl<'a, T: Stored> Learner<'a, T> {
    /// The article's way, if the plan has a rule.
    pub(super) fn article(net: Net<T>, plan: &Plan, rule: Rule, pictures: Dataset<'a>) -> Result<Self, Error> {
        Ok(Self::Article {
            online: Box::new(Online::new(&net, rule, plan.recipe.rate)?),
            samples: SparseSamples::new(pictures.images, pictures.labels)?,
            in_file_order: plan.order == Order::File,
        })
    }

    /// Batches of the samples of a task.
    pub(super) fn batches(net: Net<T>, plan: &Plan, task: &'a dyn Task<T>) -> Result<Self, Error> {
        let trainer = Trainer::new(net, plan.loss()?, plan.recipe.clone(), task.samples());
        Ok(Self::Batches { trainer: Box::new(trainer), task })
    }

    /// The rest of an epoch, after the progress `from`.
    pub(super) fn epoch(
        &mut self,
        order: &[u32],
        from: Progress,
        report: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
    ) -> Result<Progress, Error> {
        match self {
            Self::Article { online, samples, in_file_order } => {
                online.epoch(samples, (!*in_file_order).then_some(order), report)
            }
            Self::Batches { trainer, task } => trainer.epoch(*task, order, from, report),
        }
    }

    /// The net as it is now, for prediction.
    pub(super) fn net(&mut self) -> Result<Net<T>, Error> {
        match self {
            Self::Article { online, .. } => Ok(online.net()),
            Self::Batches { trainer, task } => trainer.settled(*task),
        }
    }

    /// The net as it is now, its means and variances those of the last batches.
    pub(super) fn unsettled_net(&self) -> Net<T> {
        match self {
            Self::Article { online, .. } => online.net(),
            Self::Batches { trainer, .. } => trainer.net(),
        }
    }

    /// What it did last, in words.
    pub(super) fn last_step(&self) -> String {
        match self {
            Self::Article { .. } => "the last sample".into(),
            Self::Batches { trainer, .. } => format!("step {}", trainer.steps()),
        }
    }

    /// Whether it can go on in the middle of an epoch.
    pub(super) fn is_resumable_within(&self) -> bool {
        matches!(self, Self::Batches { .. })
    }

    /// All numbers that it needs to go on, and the number of steps done.
    pub(super) fn state(&self) -> (Vec<(String, Tensor<T>)>, u64) {
        match self {
            Self::Article { online, .. } => (online.net().to_arrays(), 0),
            Self::Batches { trainer, .. } => (trainer.state(), trainer.steps()),
        }
    }

    /// Goes back to such a state.
    pub(super) fn restore(
        &mut self,
        steps: u64,
        array: impl FnMut(&str) -> Result<Tensor<T>, Error>,
    ) -> Result<(), Error> {
        match self {
            Self::Article { online, .. } => {
                let mut net = online.net();
                net.set_parameters(array)?;
                online.set_net(&net);
                Ok(())
            }
            Self::Batches { trainer, .. } => trainer.restore(steps, array),
        }
    }
}
