//! The curves of a training.

use std::path::Path;

use glassbox_dnn::tasks::Score;
use glassbox_dnn::training::Epoch;
use glassbox_draw::{Chart, Curve, draw_charts};
use glassbox_formats::write_atomically;

use super::report::percent;

/// Draws the curves of a training: what the answers are worth, and the loss.
pub(super) fn plot(path: &Path, epochs: &[Epoch]) -> anyhow::Result<()> {
    let points = |value: &dyn Fn(&Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        epochs.iter().filter_map(|epoch| Some((epoch.number as f64, value(epoch)?))).collect()
    };
    let worth = |score: &Score| score.hits.map(|hits| percent(hits, score.total)).or(score.psnr);
    let tells_classes = epochs.iter().any(|epoch| epoch.test.hits.is_some());
    let stream = points(&|e| (tells_classes && e.number > 0).then(|| percent(e.progress.hits, e.progress.seen)));
    let values = Chart {
        title: if tells_classes { "accuracy, %" } else { "PSNR, dB" },
        x: "epoch",
        curves: vec![
            Curve::new("training stream, before each update", stream),
            Curve::new("held out", points(&|e| e.held_out.as_ref().and_then(worth))),
            Curve::new("test", points(&|e| worth(&e.test))),
        ],
    };
    let loss = Chart {
        title: "loss",
        x: "epoch",
        curves: vec![
            Curve::new("training stream, before each update", points(&|e| (e.number > 0).then_some(e.progress.loss))),
            Curve::new("held out", Vec::new()),
            Curve::new("test", points(&|e| Some(e.test.loss))),
        ],
    };
    let charts = if epochs.iter().any(|epoch| worth(&epoch.test).is_some()) { vec![values, loss] } else { vec![loss] };
    let text = draw_charts(&charts);
    write_atomically(path, |file| file.write_all(text.as_bytes()))?;
    Ok(())
}
