//! What a model that draws is worth.

use anyhow::Context;
use glassbox_dnn::judge::{Beside, Judgement, judge};
use glassbox_dnn::{Dataset, Model};
use glassbox_formats::data::Labelled;
use glassbox_tensor::shown;
use serde_json::{Value, json};

use super::{Eval, confusion};
use crate::dnn::drawn::{draw, labelled};
use crate::outcome::{Interrupted, wrong_flag};
use crate::run::{Common, catch_interrupts, interrupted, say, say_json};

/// Pictures of each class, if no flag says how many.
const USUAL: u32 = 100;
const SEED: u64 = 1;

impl Eval {
    pub(super) fn drawn(&self, model: &Model, common: &Common) -> anyhow::Result<()> {
        let Some(path) = &self.judge else {
            return Err(wrong_flag("--judge", "is needed: a model that tells classes says what the drawings are"));
        };
        let sampler = self.how.sampler(model).map_err(|error| error.context(shown(&self.model)))?;
        let net = crate::dnn::judge::judge(path, sampler.picture())?.net.to_f32();
        let data = self.data.read()?.numbered_as(&model.about.class_names).with_context(|| self.data.name())?;
        catch_interrupts(true)?;
        common.warn_of_debug_build();
        let count = self.count.unwrap_or(USUAL) as usize;
        let classes: Vec<usize> = (0..sampler.classes()).flat_map(|class| vec![class; count]).collect();
        let seed = self.seed.unwrap_or(SEED);
        let samples = draw(&sampler, &self.how, &classes, seed, false, common)?;
        if interrupted() {
            return Err(Interrupted.into());
        }
        let (images, labels) = labelled(&samples, &sampler)?;
        let drawn = Dataset { images: &images, labels: &labels };
        let found = judge(&net, drawn, dataset(&data.train), dataset(&data.test))
            .with_context(|| format!("{} with {}", shown(&self.model), shown(path)))?;
        self.draw(&found.confusion, &model.about, common)?;
        if common.json {
            return Ok(say_json(&self.json(&found, seed))?);
        }
        let percent = 100.0 * found.hits as f64 / found.total.max(1) as f64;
        say(&format!("the judge takes {percent:.2}% of {} pictures for the class asked for", found.total))?;
        row("", &["drawn", "test set"].map(String::from), "")?;
        let numbers = |Beside { drawn, test }: Beside| [drawn, test].map(|number| format!("{number:.4}"));
        row("Fréchet distance", &numbers(found.frechet), "from the training set, in the judge's features")?;
        row("variety", &numbers(found.variety), "distance of a class's pictures from their mean, in the features")?;
        row("nearest", &numbers(found.nearest), "distance from the nearest training picture, pixels 0 … 1")?;
        say("")?;
        say("confusion: a row for each class asked for, a column for each answer of the judge")?;
        confusion(&found.confusion, &model.about)
    }

    fn json(&self, found: &Judgement, seed: u64) -> Value {
        let beside = |Beside { drawn, test }: Beside| json!({"drawn": drawn, "test": test});
        json!({
            "event": "eval", "model": self.model.display().to_string(), "data": self.data.name(),
            "judge": self.judge.as_ref().map(|path| path.display().to_string()), "steps": self.how.steps(),
            "guidance": self.how.guidance(), "seed": seed, "hits": found.hits, "total": found.total,
            "share": found.hits as f64 / found.total.max(1) as f64, "confusion": found.confusion,
            "frechet": beside(found.frechet), "variety": beside(found.variety), "nearest": beside(found.nearest),
        })
    }
}

fn dataset(labelled: &Labelled) -> Dataset<'_> {
    Dataset { images: &labelled.images, labels: &labelled.labels }
}

/// A line of a table: the drawings' number, and the test set's.
fn row(name: &str, [drawn, test]: &[String; 2], meaning: &str) -> std::io::Result<()> {
    say(format!("{name:<18}{drawn:>10}{test:>10}  {meaning}").trim_end())
}
