use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use glassbox_tensor::quoted;

/// The schedule of the learning rate: its factor over the steps.
///
/// ```
/// use glassbox_dnn::Schedule;
/// let schedule: Schedule = "step:2:0.1".parse().unwrap();
/// assert_eq!([0, 1, 2].map(|epoch| schedule.factor(100 * epoch, 100, 3)), [1.0, 1.0, 0.1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// It stays.
    Constant,
    /// Multiplied by a factor every few epochs.
    Step {
        /// Epochs between two changes.
        every: usize,
        /// The factor.
        factor: f64,
    },
    /// Down half a wave of the cosine, to 0 at the end: `(1 + cos(π·t)) / 2`, `t` from 0 to 1. I. Loshchilov, F.
    /// Hutter, *SGDR* (2016).
    Cosine,
    /// Up from 1/25 to all of it in the first three tenths and down to 1/250 000 in the rest, both along half a wave.
    /// L. Smith, N. Topin, *Super-convergence* (2017).
    OneCycle,
}

/// For one cycle: the share of the steps in which the rate rises, its first factor and its last.
const RISE: f64 = 0.3;
const BEGIN: f64 = 1.0 / 25.0;
const END: f64 = BEGIN / 1e4;

impl Schedule {
    /// The factor of the rate in step `step` (from 0) with `steps_an_epoch` steps an epoch.
    pub fn factor(self, step: u64, steps_an_epoch: usize, epochs: usize) -> f64 {
        let steps_an_epoch = steps_an_epoch.max(1) as u64;
        let all = (steps_an_epoch * epochs as u64).max(1);
        let wave = |from: f64, to: f64, t: f64| to + (from - to) * (1.0 + (PI * t).cos()) / 2.0;
        match self {
            Schedule::Constant => 1.0,
            Schedule::Step { every, factor } => factor.powi((step / steps_an_epoch / every as u64) as i32),
            Schedule::Cosine => wave(1.0, 0.0, step.min(all) as f64 / all as f64),
            Schedule::OneCycle => {
                // The last step is the end of the cycle.
                let t = step.min(all - 1) as f64 / (all - 1).max(1) as f64;
                if t < RISE { wave(BEGIN, 1.0, t / RISE) } else { wave(1.0, END, (t - RISE) / (1.0 - RISE)) }
            }
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Constant => write!(f, "constant"),
            Schedule::Step { every, factor } => write!(f, "step:{every}:{factor}"),
            Schedule::Cosine => write!(f, "cosine"),
            Schedule::OneCycle => write!(f, "one-cycle"),
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "found {}; allowed: constant, step:EPOCHS:FACTOR (as in step:5:0.1), cosine, one-cycle",
                quoted(text)
            )
        };
        match text {
            "constant" => Ok(Schedule::Constant),
            "cosine" => Ok(Schedule::Cosine),
            "one-cycle" => Ok(Schedule::OneCycle),
            _ => {
                let rest = text.strip_prefix("step:").and_then(|rest| rest.split_once(':')).ok_or_else(wrong)?;
                let every = rest.0.parse().ok().filter(|&every| every > 0).ok_or_else(wrong)?;
                let factor = rest.1.parse().ok().filter(|f: &f64| f.is_finite() && *f > 0.0).ok_or_else(wrong)?;
                Ok(Schedule::Step { every, factor })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_go_where_they_should() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(Schedule::Cosine.factor(0, 10, 2), 1.0);
        near(Schedule::Cosine.factor(10, 10, 2), 0.5);
        near(Schedule::OneCycle.factor(0, 101, 1), 0.04);
        near(Schedule::OneCycle.factor(30, 101, 1), 1.0);
        near(Schedule::OneCycle.factor(100, 101, 1), 4e-6);
    }

    #[test]
    fn texts_are_read_as_they_are_written() {
        for text in ["constant", "step:3:0.5", "cosine", "one-cycle"] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        for text in ["", "step", "step:0:0.1", "step:1:0", "step:1:NaN", "linear"] {
            assert!(text.parse::<Schedule>().is_err(), "{text}");
        }
    }
}
