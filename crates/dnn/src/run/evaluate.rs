use rayon::prelude::*;

use super::Workspace;
use crate::data::{Dataset, Features};
use crate::losses::Loss;
use crate::pass::Pass;
use crate::{Error, Net, Real};

/// Samples that pass through the net at a time, at least and at most.
const BATCH: std::ops::RangeInclusive<usize> = 50..=512;

/// Numbers between layers of the samples handled at a time: few enough to stay in the cache. Nets of few nodes take
/// more samples, so that the weights are packed less often.
const NUMBERS: usize = 1 << 20;

/// The most of them: of a very large net, fewer samples.
const MOST_NUMBERS: usize = 1 << 25;

/// The index of the largest number, the first of them if there are several, as in NumPy.
///
/// ```
/// assert_eq!(glassbox_dnn::argmax(&[0.1, 0.7, 0.7]), 1);
/// ```
#[inline(always)]
pub fn argmax<T: PartialOrd + Copy>(values: &[T]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

/// The results of a net on labelled pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Pictures whose largest output is the label's.
    pub hits: usize,
    /// Pictures.
    pub total: usize,
    /// Mean over the pictures of the loss.
    pub loss: f64,
    /// `confusion[label][answer]`: how many pictures of a class got which answer.
    pub confusion: Vec<Vec<usize>>,
    /// The largest output for each picture, and whether it is the label's.
    pub answers: Vec<(f64, bool)>,
}

impl Evaluation {
    /// Hits of the total, 0 … 1; 0 for no pictures.
    pub fn accuracy(&self) -> f64 {
        self.hits as f64 / self.total.max(1) as f64
    }
}

/// Predicts every picture and compares the answers with the labels.
///
/// # Errors
/// If pictures and net do not fit: see [`Dataset::check`]; or an answer or the loss is NaN or infinite.
pub fn evaluate<T: Real>(net: &Net<T>, pictures: Dataset, loss: &dyn Loss<T>) -> Result<Evaluation, Error> {
    pictures.check(net)?;
    let classes = net.outputs();
    let features = Features::new();
    let order: Vec<u32> = (0..pictures.len() as u32).collect();
    let nodes = net.nodes(1).max(1);
    let batch = (NUMBERS / nodes).clamp(*BATCH.start(), *BATCH.end()).min(MOST_NUMBERS / nodes).max(1);
    // A workspace a task, a task a few batches.
    let task = pictures.len().div_ceil(2 * rayon::current_num_threads()).next_multiple_of(batch);
    let parts = order.par_chunks(task).map(|task| {
        let mut workspace = Workspace::new(net, batch.min(task.len()));
        let mut input = vec![T::zero(); batch.min(task.len()) * net.inputs()];
        let mut target = vec![T::zero(); classes];
        let batches = task.chunks(batch).map(|chosen| {
            let input = &mut input[..chosen.len() * net.inputs()];
            features.fill(pictures, chosen, input);
            let outputs = workspace.forward(net, Pass::predict(chosen.len()), input);
            let (mut answers, mut loss_of_all) = (Vec::with_capacity(chosen.len()), 0.0);
            for (output, &index) in outputs.chunks_exact(classes).zip(chosen) {
                let label = pictures.label(index);
                check_finite(output).map_err(|error| error.within(format!("picture {index}")))?;
                let answer = argmax(output);
                answers.push((label, answer, output[answer].as_f64()));
                target.fill(T::zero());
                target[label] = T::one();
                loss_of_all += loss.value(output, &target).as_f64();
            }
            Ok((answers, loss_of_all))
        });
        batches.collect::<Result<Vec<_>, Error>>()
    });
    // Added up in order, so that the loss does not depend on which thread was first.
    let (mut loss, mut confusion) = (0.0, vec![vec![0; classes]; classes]);
    let mut largest = Vec::with_capacity(pictures.len());
    for (answers, of_part) in
        parts.collect::<Vec<_>>().into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten()
    {
        loss += of_part / pictures.len() as f64;
        for (label, answer, output) in answers {
            confusion[label][answer] += 1;
            largest.push((output, answer == label));
        }
    }
    if !loss.is_finite() {
        return Err(Error::Diverged(format!("the loss is {loss}, where a finite number is needed")));
    }
    let hits = (0..classes).map(|class| confusion[class][class]).sum();
    Ok(Evaluation { hits, total: pictures.len(), loss, confusion, answers: largest })
}

/// Checks that the answer of a net is made of numbers.
///
/// # Errors
/// If one is NaN or infinite: the weights are too large.
pub(crate) fn check_finite<T: Real>(output: &[T]) -> Result<(), Error> {
    let wrong = output.iter().enumerate().find(|(_, value)| !value.is_finite());
    wrong.map_or(Ok(()), |(class, value)| {
        Err(Error::Diverged(format!("the net's output {class} is {value}, where a finite number is needed")))
    })
}
