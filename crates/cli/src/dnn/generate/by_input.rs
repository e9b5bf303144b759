//! A picture that a net takes for a class: the input is changed, not the weights.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use glassbox_dnn::generate::{Answer, Bound, Drawing, Method, Wish, noise};
use glassbox_dnn::{About, Model, Shape, argmax};
use glassbox_draw::{Tile, draw_sheet, enlarge};
use glassbox_formats::{Packing, Picture, Pixels, write_animation, write_picture};
use glassbox_tensor::{Batch, Image, shown};
use serde_json::{Value, json};

use super::{Generate, MethodName};
use crate::dnn::classes::class_of;
use crate::dnn::predict::like_own;
use crate::filters::read_pixels;
use crate::outcome::{Interrupted, check_outputs, wrong_flag};
use crate::run::{Common, catch_interrupts, interrupted, say, say_json, say_picture};

/// Most frames of a moving picture.
const MOST_FRAMES: usize = 80;
const FRAME_MILLISECONDS: u32 = 80;
/// Pixels of a file for each pixel of the picture, in both directions.
const ENLARGED: usize = 10;
/// What holds if no flag says something else.
const PROPOSALS: usize = 20_000;
const BLANK: &str = "blank";

impl Generate {
    pub(super) fn change_input(&self, model: &Model, common: &Common) -> anyhow::Result<()> {
        let about = &model.about;
        let picture = about.picture.context("this net takes a list of numbers, no picture")?;
        let judge = self.judge(picture)?;
        let change = &self.change;
        let wish = self.wish(about, model.net.output().len())?;
        let start = Path::new(change.from.as_deref().unwrap_or(BLANK));
        let inputs = [Some(self.model.as_path()), self.judge.as_deref(), Some(start).filter(|path| path.exists())];
        check_outputs(&inputs, &[Some(&self.out), change.log.as_deref()])?;
        for file in [Some(&self.out), change.log.as_ref()].into_iter().flatten() {
            common.check_writable(file)?;
        }
        let start = self.start(model, picture, common)?;
        let method = match change.method {
            None | Some(MethodName::AcceptReject) => Method::AcceptReject,
            Some(MethodName::Gradient) => Method::Gradient,
        };
        let proposals = change.proposals.unwrap_or(PROPOSALS);
        let mut log = change.log.as_ref().map(|path| Log::create(path)).transpose()?;
        let mut drawing = Drawing::new(model.net.to_f64(), wish, method, start, self.seed)?;
        catch_interrupts(true)?;
        let (mut frames, mut taken, mut refused) =
            (vec![drawing.picture().to_vec()], 0, vec![0; drawing.outputs().len()]);
        let mut asked = 0;
        while !drawing.broken().is_empty() && asked < proposals && !drawing.is_stuck() && !interrupted() {
            let answer = drawing.propose();
            asked += 1;
            taken += usize::from(answer.taken);
            // A step that the net would like, but the adversary refuses.
            for bound in answer.broken.iter().filter(|bound| bound.is_forbidden && !answer.taken) {
                refused[bound.class] += 1;
            }
            if let Some(log) = &mut log {
                log.write(&answer)?;
            }
            if answer.taken {
                frames.push(drawing.picture().to_vec());
            }
        }
        self.write(&frames, picture, common)?;
        let ending = Ending { drawing: &drawing, about, asked, taken, refused: &refused };
        self.report(&ending, judge.as_ref(), picture, common)?;
        if interrupted() {
            return Err(Interrupted.into());
        }
        if !drawing.broken().is_empty() {
            let why = if drawing.is_stuck() { "no step leads up any more" } else { "--proposals are used up" };
            anyhow::bail!("{}: the picture is not accepted: {}; {why}", shown(&self.out), broken(&drawing, about));
        }
        Ok(())
    }

    fn wish(&self, about: &About, classes: usize) -> anyhow::Result<Wish> {
        let class = |flag: &str, text: &str| class_of(about, classes, flag, text);
        let wanted = class("--class", &self.class)?;
        let forbidden = self.change.forbid.iter().map(|text| class("--forbid", text)).collect::<Result<Vec<_>, _>>()?;
        if forbidden.contains(&wanted) {
            return Err(wrong_flag("--forbid", format!("found {:?}, which is the class that is wanted", self.class)));
        }
        let usual = Wish::for_class(wanted);
        let (at_least, at_most) =
            (self.change.at_least.unwrap_or(usual.at_least), self.change.at_most.unwrap_or(usual.at_most));
        let smoothness = self.change.smoothness.unwrap_or(usual.smoothness);
        for (flag, share) in [("--at-least", at_least), ("--at-most", at_most)] {
            if !(share > 0.0 && share < 1.0) {
                return Err(wrong_flag(flag, format!("found {share}; a share between 0 and 1 is allowed")));
            }
        }
        if !(smoothness >= 0.0 && smoothness.is_finite()) {
            return Err(wrong_flag("--smoothness", format!("found {smoothness}; a number from 0 up is allowed")));
        }
        Ok(Wish { forbidden, at_least, at_most, smoothness, ..usual })
    }

    /// The first picture, 0 … 1.
    fn start(&self, model: &Model, picture: Shape, common: &Common) -> anyhow::Result<Vec<f64>> {
        match self.change.from.as_deref().unwrap_or(BLANK) {
            BLANK => Ok(vec![0.0; picture.len()]),
            "noise" => Ok(noise(picture.len(), self.seed)),
            path => {
                let pixels = read_pixels(Path::new(path), common)?;
                let prepared = like_own(&pixels, &model.about).with_context(|| path.to_string())?;
                Ok(prepared.as_slice().iter().map(|&pixel| f64::from(pixel) / 255.0).collect())
            }
        }
    }

    fn write(&self, frames: &[Vec<f64>], picture: Shape, common: &Common) -> anyhow::Result<()> {
        let last = frames.len() - 1;
        if self.out.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("gif")) {
            let count = frames.len().min(MOST_FRAMES);
            let chosen = (0..count).map(|i| &frames[i * last / count.saturating_sub(1).max(1)]);
            return Ok(write_animation(&self.out, chosen.map(|frame| framed(frame, picture)), FRAME_MILLISECONDS)?);
        }
        let page = enlarge(&drawn(&frames[last], picture), ENLARGED);
        let notes = write_picture(&self.out, Picture::from(Pixels::U8(page)), Packing::default())?.notes;
        notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", shown(&self.out))));
        Ok(())
    }

    fn report(&self, ending: &Ending, judge: Option<&Model>, picture: Shape, common: &Common) -> anyhow::Result<()> {
        let Ending { drawing, about, asked, taken, refused } = *ending;
        let wanted = drawing.wish().wanted;
        let pixels: Vec<u8> = drawing.picture().iter().map(|x| (x * 255.0).round() as u8).collect();
        let batch = Batch::from_vec([1, picture.height, picture.width, picture.channels], pixels)?;
        let says = judge.map(|judge| judge.classify(&batch)).transpose()?;
        let says = says.map(|outputs| (argmax(&outputs), outputs));
        if common.json {
            let mut line = json!({
                "event": "generate", "class": wanted, "outputs": drawing.outputs(), "objective": drawing.value(),
                "proposals": asked, "taken": taken, "refused": refused, "accepted": drawing.broken().is_empty(),
                "out": self.out.display().to_string(),
            });
            if let Some((class, outputs)) = says {
                line["judge"] = json!({"class": class, "outputs": outputs});
            }
            return Ok(say_json(&line)?);
        }
        if !common.quiet {
            say_picture(&drawn(drawing.picture(), picture))?;
        }
        say(&format!(
            "the net takes it for {} with {:.4} after {asked} proposals, {taken} of them taken",
            about.class_name(argmax(drawing.outputs())),
            drawing.outputs()[argmax(drawing.outputs())]
        ))?;
        for &class in &drawing.wish().forbidden {
            let (name, output) = (about.class_name(class), drawing.outputs()[class]);
            say(&format!("forbidden {name}: {output:.4}; {} proposals refused for it", refused[class]))?;
        }
        if let (Some((class, outputs)), Some(judge)) = (says, judge) {
            say(&format!("the judge takes it for {} with {:.4}", judge.about.class_name(class), outputs[class]))?;
        }
        Ok(())
    }
}

/// How it ended.
#[derive(Clone, Copy)]
struct Ending<'a> {
    drawing: &'a Drawing,
    about: &'a About,
    asked: usize,
    taken: usize,
    /// Proposals refused for each class.
    refused: &'a [usize],
}

/// The bounds that do not hold, in words.
fn broken(drawing: &Drawing, about: &About) -> String {
    let words = drawing.broken().into_iter().map(|Bound { class, is_forbidden }| {
        let (name, output) = (about.class_name(class), drawing.outputs()[class]);
        let (wish, bound) = (drawing.wish(), if is_forbidden { "at most" } else { "at least" });
        format!("{name} is {output:.4}, {bound} {} is wanted", if is_forbidden { wish.at_most } else { wish.at_least })
    });
    words.collect::<Vec<_>>().join("; ")
}

/// A picture as it is shown: one channel dark on light, as ink is.
fn drawn(picture: &[f64], Shape { height, width, channels }: Shape) -> Image<u8> {
    Image::from_fn([height, width, channels], |(y, x, c)| {
        let value = (picture[(y * width + x) * channels + c] * 255.0).round() as u8;
        if channels == 1 { 255 - value } else { value }
    })
}

/// A frame: enlarged, in colours.
fn framed(picture: &[f64], shape: Shape) -> Image<u8> {
    draw_sheet(&[Tile { label: String::new(), image: enlarge(&drawn(picture, shape), ENLARGED) }], 1)
}

/// A line of JSON a proposal.
struct Log {
    path: PathBuf,
    file: std::io::BufWriter<std::fs::File>,
}

impl Log {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("{}: cannot be written", shown(path)))?;
        Ok(Self { path: path.into(), file: std::io::BufWriter::new(file) })
    }

    fn write(&mut self, answer: &Answer) -> anyhow::Result<()> {
        let [objective, before] = answer.objective;
        let broken = answer.broken.iter().map(|bound| bound.class).collect::<Vec<_>>();
        let line: Value = json!({
            "event": "proposal", "proposal": answer.number, "objective": objective, "before": before,
            "direction": if answer.is_right() { "right" } else { "wrong" }, "broken": broken, "taken": answer.taken,
            "outputs": answer.outputs,
        });
        let written = writeln!(self.file, "{line}").and_then(|()| self.file.flush());
        written.with_context(|| format!("{}: cannot be written", shown(&self.path)))
    }
}
