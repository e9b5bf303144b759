use glassbox_tensor::Matrix;
use rayon::prelude::*;

use super::trace::{Loops, Trace};
use crate::data::{Dataset, Features};
use crate::pass::Pass;
use crate::{Error, Net, Real};

/// Samples that pass through the net at a time, at most; the same for any number of threads.
const SAMPLES: usize = 64;

/// Numbers between layers of the samples handled at a time, at most.
const NUMBERS: usize = 1 << 22;

/// Shows the chosen pictures to the net, and gathers in order what `take` makes of the nodes of each: node 0 is the
/// input, node `i + 1` what layer `i` gives.
///
/// # Errors
/// If pictures and net do not fit.
pub(crate) fn look<T: Real, R: Send>(
    net: &Net<T>,
    pictures: Dataset,
    chosen: &[u32],
    take: impl Fn(&[&[T]]) -> R + Sync,
) -> Result<Vec<R>, Error> {
    pictures.check(net)?;
    let features = Features::new();
    let at_once = (NUMBERS / net.nodes(1).max(1)).clamp(1, SAMPLES);
    let parts = chosen.par_chunks(at_once).flat_map_iter(|chosen| {
        let mut input = Matrix::zeros([chosen.len(), net.inputs()]);
        features.fill(pictures, chosen, input.as_mut_slice());
        let nodes = Trace::forward(net, Pass::predict(chosen.len()), &input, Loops::Fast).nodes;
        let row = |sample: usize| -> Vec<&[T]> {
            nodes.iter().map(|node| &node.as_slice()[sample * node.ncols()..][..node.ncols()]).collect()
        };
        (0..chosen.len()).map(|sample| take(&row(sample))).collect::<Vec<_>>()
    });
    Ok(parts.collect())
}
