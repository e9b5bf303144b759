use serde_json::{Value, json};

use crate::Progress;
use crate::tasks::Score;

/// The result of an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Its number, from 1; 0 for the first weights, if there are no epochs.
    pub number: usize,
    /// Epochs of the training.
    pub of: usize,
    /// Samples, hits and loss, each sample counted before it was learned from.
    pub progress: Progress,
    /// What the net's answers to the test pictures are worth after the epoch.
    pub test: Score,
    /// The same of the held-out pictures.
    pub held_out: Option<Score>,
    /// Seconds of the training alone.
    pub seconds: f64,
    /// Seconds of the test pictures.
    pub test_seconds: f64,
}

impl Epoch {
    /// The epoch as a line of a log or a part of a checkpoint.
    pub fn to_json(&self) -> Value {
        let Progress { seen, hits, loss } = self.progress;
        let mut line = json!({
            "event": "epoch", "epoch": self.number, "epochs": self.of, "online_hits": hits, "online_total": seen,
            "loss": loss, "seconds": self.seconds, "test_seconds": self.test_seconds,
        });
        self.test.write("test", &mut line);
        if let Some(held_out) = self.held_out {
            held_out.write("held_out", &mut line);
        }
        line
    }

    /// Reads what [`to_json`](Epoch::to_json) wrote.
    pub fn from_json(line: &Value) -> Option<Self> {
        let whole = |key: &str| line[key].as_u64().map(|number| number as usize);
        let real = |key: &str| line[key].as_f64();
        Some(Self {
            number: whole("epoch")?,
            of: whole("epochs")?,
            progress: Progress { seen: whole("online_total")?, hits: whole("online_hits")?, loss: real("loss")? },
            test: Score::read("test", line)?,
            held_out: Score::read("held_out", line),
            seconds: real("seconds")?,
            test_seconds: real("test_seconds")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_read_as_it_was_written() {
        let progress = Progress { seen: 240, hits: 200, loss: 0.25 };
        let test = Score { total: 100, hits: Some(90), psnr: None, loss: 0.125 };
        let held_out = Some(Score { total: 60, hits: None, psnr: Some(28.5), loss: 0.25 });
        let epoch = Epoch { number: 2, of: 5, progress, test, held_out, seconds: 1.5, test_seconds: 0.5 };
        assert_eq!(Epoch::from_json(&epoch.to_json()), Some(epoch.clone()));
        let without = Epoch { held_out: None, ..epoch };
        assert_eq!(Epoch::from_json(&without.to_json()), Some(without));
        assert_eq!(Epoch::from_json(&json!({"epoch": 1})), None);
    }
}
