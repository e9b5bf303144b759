//! Pictures drawn by a net, from noise in small steps.

use std::path::Path;

use glassbox_dnn::flow::{Sample, Sampler};
use glassbox_dnn::{Dataset, Evaluation, Model};
use glassbox_formats::npz::{self, Array};
use glassbox_formats::{Format, Packing, Picture, Pixels, write_animation, write_picture};
use glassbox_tensor::{Tensor, shown};
use serde_json::json;

use super::Generate;
use crate::dnn::classes::class_of;
use crate::dnn::drawn::{draw, labelled, sheet};
use crate::outcome::{Interrupted, check_outputs, wrong_flag};
use crate::run::{Common, catch_interrupts, interrupted, say, say_json};

/// Pictures of each class, if no flag says how many.
const USUAL: u32 = 10;
/// Most of a class on a sheet.
const MOST_SHOWN: u32 = 200;
const FRAME_MILLISECONDS: u32 = 120;
/// How many times the last frame is shown, so that one can look at it.
const LAST: usize = 12;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Out {
    Sheet,
    Way,
    Arrays,
}

impl Out {
    fn of(path: &Path) -> Self {
        let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default().to_lowercase();
        match suffix.as_str() {
            "npz" => Out::Arrays,
            "gif" => Out::Way,
            _ => Out::Sheet,
        }
    }
}

impl Generate {
    pub(super) fn draw(&self, model: &Model, common: &Common) -> anyhow::Result<()> {
        let sampler = self.how.sampler(model).map_err(|error| error.context(shown(&self.model)))?;
        let judge = self.judge(sampler.picture())?;
        let (out, count) = (Out::of(&self.out), self.count.unwrap_or(USUAL));
        if out != Out::Arrays && count > MOST_SHOWN {
            let problem = format!("found {count}; a sheet holds at most {MOST_SHOWN} of a class, an .npz any number");
            return Err(wrong_flag("--count", problem));
        }
        if out == Out::Sheet {
            Format::of_path(&self.out).map_err(|error| wrong_flag("--out", error))?;
        }
        let all = 0..sampler.classes();
        let asked = match self.class.as_str() {
            "all" => all.collect(),
            class => vec![class_of(&model.about, sampler.classes(), "--class", class)?],
        };
        let classes: Vec<usize> = asked.iter().flat_map(|&class| vec![class; count as usize]).collect();
        check_outputs(&[Some(&self.model), self.judge.as_deref()], &[Some(&self.out)])?;
        common.check_writable(&self.out)?;
        catch_interrupts(true)?;
        common.warn_of_debug_build();
        let samples = draw(&sampler, &self.how, &classes, self.seed, out == Out::Way, common)?;
        if samples.is_empty() {
            common.note(&format!("interrupted: no picture is whole, {} is not written", shown(&self.out)));
            return Err(Interrupted.into());
        }
        self.write_samples(out, &samples, &sampler, model, common)?;
        let (images, labels) = labelled(&samples, &sampler)?;
        let judged = judge.map(|judge| judge.evaluate(Dataset { images: &images, labels: &labels })).transpose()?;
        self.report_samples(&samples, &asked, judged.as_ref(), common)?;
        if interrupted() {
            let (made, asked) = (samples.len(), classes.len());
            common.note(&format!("interrupted: {} has {made} of {asked} pictures", shown(&self.out)));
            return Err(Interrupted.into());
        }
        Ok(())
    }

    fn write_samples(
        &self,
        out: Out,
        samples: &[Sample],
        sampler: &Sampler,
        model: &Model,
        common: &Common,
    ) -> anyhow::Result<()> {
        match out {
            Out::Sheet => {
                let page = sheet(samples, &model.about, |sample| &sample.picture);
                let notes = write_picture(&self.out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
                notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(&self.out))));
            }
            Out::Way => {
                let steps = samples[0].way.len();
                let order = (0..steps).chain(std::iter::repeat_n(steps - 1, LAST - 1));
                let frames = order.map(|step| sheet(samples, &model.about, |sample| &sample.way[step]));
                write_animation(&self.out, frames, FRAME_MILLISECONDS)?;
            }
            Out::Arrays => {
                let (images, labels) = labelled(samples, sampler)?;
                let picture = sampler.picture();
                let mut shape = vec![samples.len(), picture.height, picture.width];
                // As data sets of grey pictures are.
                shape.extend((picture.channels > 1).then_some(picture.channels));
                let x = Tensor::from_vec(shape.as_slice(), images.into_vec())?.into_dyn();
                let y = Tensor::from_vec([labels.len()], labels)?.into_dyn();
                npz::write(&self.out, &[("x".into(), Array::U8(x)), ("y".into(), Array::U8(y))])?;
            }
        }
        Ok(())
    }

    fn report_samples(
        &self,
        samples: &[Sample],
        asked: &[usize],
        judged: Option<&Evaluation>,
        common: &Common,
    ) -> anyhow::Result<()> {
        let (steps, guidance) = (self.how.steps(), self.how.guidance());
        if common.json {
            let mut line = json!({
                "event": "generate", "classes": asked, "pictures": samples.len(), "steps": steps,
                "guidance": guidance, "seed": self.seed, "out": self.out.display().to_string(),
            });
            if let Some(judged) = judged {
                let share = judged.accuracy();
                line["judge"] = json!({"hits": judged.hits, "total": judged.total, "share": share});
            }
            return Ok(say_json(&line)?);
        }
        let (pictures, out) = (samples.len(), shown(&self.out));
        say(&format!("{pictures} pictures, {steps} steps each, guidance {guidance}: {out}"))?;
        if let Some(judged) = judged {
            let (percent, total) = (100.0 * judged.accuracy(), judged.total);
            say(&format!("the judge takes {percent:.2}% of {total} for the class asked for"))?;
        }
        Ok(())
    }
}
