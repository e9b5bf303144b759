use clap::Args;
use glassbox_dnn::optimisers::Optimiser;
use glassbox_dnn::{layers, losses, presets};
use serde_json::json;

use crate::run::{Common, say, say_json};

/// The words of the model language, the losses, the optimisers and the presets
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  dnn layers
  dnn layers --json")]
pub(super) struct Layers {}

impl Layers {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        if common.json {
            for entry in layers::ENTRIES {
                say_json(&json!({
                    "event": "layer", "name": entry.name, "usage": entry.usage, "summary": entry.summary,
                    "formula": entry.formula,
                    "activation": entry.is_activation,
                }))?;
            }
            for loss in losses::all::<f32>() {
                say_json(&json!({"event": "loss", "name": loss.name(), "formula": loss.formula()}))?;
            }
            for optimiser in Optimiser::ALL {
                say_json(&json!({"event": "optimiser", "name": optimiser.name()}))?;
            }
            for preset in presets() {
                say_json(&json!({
                    "event": "preset", "name": preset.name, "summary": preset.summary, "layers": preset.layers,
                    "loss": preset.loss,
                }))?;
            }
            return Ok(());
        }
        for (title, activations) in [("layers", false), ("activations", true)] {
            say(&format!("{title}, separated by | in --layers"))?;
            for entry in layers::ENTRIES.iter().filter(|entry| entry.is_activation == activations) {
                say(&format!("  {}\n      {}\n      {}", entry.usage, entry.summary, entry.formula))?;
            }
            say("")?;
        }
        say("names: \"as NAME\" between two layers names what lies there, for concat and add")?;
        say("")?;
        say("losses (--loss)")?;
        for loss in losses::all::<f32>() {
            say(&format!("  {:<22}{}", loss.name(), loss.formula()))?;
        }
        say("")?;
        say(&format!("optimisers (--optimiser)\n  {}", Optimiser::ALL.map(Optimiser::name).join(", ")))?;
        say("")?;
        say("presets (--preset)")?;
        for preset in presets() {
            say(&format!("  {:<10}{}\n            {}", preset.name, preset.summary, preset.layers))?;
        }
        Ok(())
    }
}
