use clap::Args;
use glassbox_kernels::filters::ENTRIES;
use serde_json::json;

use crate::run::{Common, say, say_json};

/// Every operator, its formula and parameters
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  filters list
  filters list --json")]
pub(super) struct List {}

impl List {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<()> {
        for entry in ENTRIES {
            if common.json {
                let parameters = entry.parameters.iter().map(|parameter| {
                    json!({
                        "name": parameter.name, "default": parameter.default,
                        "allowed": parameter.values.allowed(), "help": parameter.help,
                    })
                });
                say_json(&json!({
                    "op": entry.name, "summary": entry.summary, "formula": entry.formula, "source": entry.source,
                    "parameters": parameters.collect::<Vec<_>>(),
                }))?;
                continue;
            }
            say(&format!("{}\n    {}\n    {}", entry.name, entry.summary, entry.formula))?;
            if !entry.source.is_empty() {
                say(&format!("    {}", entry.source))?;
            }
            for parameter in entry.parameters {
                let default = if parameter.default.is_empty() { "see the help" } else { parameter.default };
                say(&format!("    --{:<10} {} [default: {default}]", parameter.name, parameter.values.allowed()))?;
            }
            say("")?;
        }
        if !common.json {
            say("Poolings that make sense only inside a net are not here: multi-scale orderless, PCA, \
                 intermap, compact bilinear, lead asymmetric.")?;
        }
        Ok(())
    }
}
