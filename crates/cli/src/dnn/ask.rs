use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use glassbox_tensor::quoted;

use super::classifier::load_classifier;
use super::data::{Data, Part};
use super::show::look;
use crate::run::{Common, say, say_picture};

/// The article's loop: asks for a number, shows that picture and what the net thinks it is, and asks again
///
/// An empty line, q or the end of the input ends it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn ask model.npz
  seq 0 9 | dnn ask model.npz")]
pub(super) struct Ask {
    /// A model that `dnn train` wrote
    model: PathBuf,
    /// Which pictures
    #[arg(long, value_enum, default_value_t = Part::Train)]
    part: Part,
    #[command(flatten)]
    data: Data,
}

impl Ask {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        let mut model = load_classifier(&self.model)?;
        let samples = self.data.read_for(&mut model, self.part, common)?;
        let last = samples.len() - 1;
        let mut lines = io::stdin().lock().lines();
        loop {
            if !common.quiet {
                let mut out = anstream::stdout().lock();
                write!(out, "Введите число / number (0 - {last}, q to end): ")?;
                out.flush()?;
            }
            let Some(line) = lines.next().transpose().context("standard input")? else {
                say("")?;
                return Ok(());
            };
            match line.trim() {
                "" | "q" => return Ok(()),
                text => match text.parse::<usize>() {
                    Ok(index) if index <= last => {
                        let seen = look(&model, &samples, index).with_context(|| self.data.name())?;
                        say_picture(&seen.picture)?;
                        say(&seen.verdict())?;
                    }
                    _ => say(&format!("{} is not a number from 0 to {last}", quoted(text)))?,
                },
            }
        }
    }
}
