//! A picture file taken through a chain of operators to a picture file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Context, bail};
use clap::ArgMatches;
use glassbox_formats::{
    AtomicFile, Format, MOST_PICTURE_BYTES, MOST_ROW_BYTES, Picture, Pixels, PngRows, PngWriter, Written,
    encode_picture, write_picture,
};
use glassbox_kernels::{Engine, Filter, Pixel, first_not_by_rows, output_shape};
use glassbox_tensor::{Element, Image};
use serde_json::{Value, json};

use super::command::Job;
use super::{first_of_more, input_name, read_input};
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say_json};

/// Rows that are read ahead at a time, in bytes, and how many times.
const AHEAD_BYTES: usize = 1 << 18;
const AHEAD: usize = 4;

/// Runs a job on IN and writes OUT.
pub(super) fn run(job: &Job, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let paths: Vec<_> = arguments.get_many::<PathBuf>("paths").into_iter().flatten().collect();
    let [input, output] = paths[..] else {
        let (found, plural) = (paths.len(), if paths.len() == 1 { "" } else { "s" });
        let switch = paths.iter().any(|path| path.as_os_str() == "no" || path.as_os_str() == "yes");
        let hint = if switch { "a switch is set with =, as in --flip=no" } else { "many IN with --out-dir DIR" };
        return Err(Usage(format!("one IN and one OUT are needed, found {found} path{plural}; {hint}")).into());
    };
    let target = Target::new(output, arguments.get_one::<String>("format").map(String::as_str))?;
    check_packing(arguments, [target.format()])?;
    if is_same_file(input, output) && !arguments.get_flag("in-place") {
        return Err(Usage(format!("{}: is both IN and OUT; --in-place allows that", output.display())).into());
    }
    if common.json && is_dash(output) {
        return Err(wrong_flag("--json", "standard output is the picture's with OUT -"));
    }
    if let Some(pattern) = input.to_str().filter(|text| text.contains(['*', '?', '[']) && !input.exists()) {
        return Err(Usage(format!("{pattern}: is no file; patterns need --out-dir DIR")).into());
    }
    catch_interrupts(false)?;
    common.warn_of_debug_build();
    let done = one(job, input, &target)?;
    done.notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", output.display())));
    common.detail(&done.text());
    if common.json {
        say_json(&done.json(job.name))?;
    }
    Ok(())
}

/// What was written.
pub(super) struct Done {
    input: String,
    output: String,
    shape: (usize, usize, usize),
    depth: &'static str,
    pub(super) notes: Vec<String>,
}

impl Done {
    pub(super) fn text(&self) -> String {
        let (height, width, channels) = self.shape;
        format!("{}: {width}×{height}, {channels} channels of {}", self.output, self.depth)
    }

    pub(super) fn json(&self, name: &str) -> Value {
        let (height, width, channels) = self.shape;
        json!({
            "event": "filter", "op": name, "in": self.input, "out": self.output,
            "width": width, "height": height, "channels": channels, "dtype": self.depth,
        })
    }
}

/// Takes one picture through a job: row by row if it comes and goes as PNG and its operators can, as a whole otherwise.
pub(super) fn one(job: &Job, input: &Path, target: &Target) -> anyhow::Result<Done> {
    let input_name = input_name(input);
    let output = match target {
        Target::File(path, _) => path.display().to_string(),
        Target::StandardOutput(_) => "standard output".into(),
    };
    if let Target::File(path, Format::Png) = target
        && first_not_by_rows(&job.chain).is_none()
        && !is_dash(input)
        && let Some(rows) = PngRows::open(input, job.auto_orient)
        && rows_are_short(&job.chain, &rows)
    {
        let (shape, depth) = (output_shape(&job.chain, rows.shape), if rows.is_u16 { "u16" } else { "u8" });
        let shape = shape.map_err(|error| anyhow::Error::new(error).context(input_name.clone()))?;
        let notes = by_rows(job, rows, path)?;
        return Ok(Done { input: input_name, output, shape, depth, notes });
    }
    let Picture { pixels, metadata, is_first_of_more } = read_input(input, job.auto_orient)?;
    let pixels = apply(&job.chain, pixels).with_context(|| input_name.clone())?;
    let result = Picture { pixels, metadata, is_first_of_more: false };
    let written = match target {
        Target::File(path, _) => write_picture(path, result, job.packing)?,
        Target::StandardOutput(format) => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            let written = encode_picture(result, *format, job.packing, &mut out, "standard output")?;
            out.flush()?;
            written
        }
    };
    let Written { shape, depth, mut notes } = written;
    if is_first_of_more {
        notes.insert(0, first_of_more(input));
    }
    Ok(Done { input: input_name, output, shape, depth, notes })
}

/// A picture taken through a chain, alpha copied.
fn apply(chain: &[Filter], pixels: Pixels) -> anyhow::Result<Pixels> {
    fn of<T: Pixel>(chain: &[Filter], keep_alpha: bool, image: &Image<T>) -> anyhow::Result<Image<T>> {
        check_room(chain, image)?;
        Ok(Engine { keep_alpha, ..Engine::default() }.run(chain, image)?)
    }
    let keep_alpha = pixels.has_alpha();
    Ok(match &pixels {
        Pixels::U8(image) => Pixels::U8(of(chain, keep_alpha, image)?),
        Pixels::U16(image) => Pixels::U16(of(chain, keep_alpha, image)?),
        Pixels::F32(image) => Pixels::F32(of(chain, keep_alpha, image)?),
    })
}

/// Refuses operators that would make a picture, the last or one before, of more bytes than may be read.
pub(super) fn check_room<T: Element>(chain: &[Filter], picture: &Image<T>) -> anyhow::Result<()> {
    let mut shape = picture.dim();
    for filter in chain {
        shape = filter.shape(shape)?;
        let (height, width, channels) = shape;
        let bytes = height as u128 * width as u128 * channels as u128 * size_of::<T>() as u128;
        if bytes > MOST_PICTURE_BYTES.into() {
            let made = format!("{}: would make {width}×{height} pixels ({bytes} bytes)", filter.name());
            bail!("{made}; at most {MOST_PICTURE_BYTES} bytes are allowed");
        }
    }
    Ok(())
}

/// Whether no row between operators or behind them is too long to be kept many times over; what nothing is left of is found out later.
fn rows_are_short(chain: &[Filter], rows: &PngRows) -> bool {
    let (mut shape, size) = (rows.shape, if rows.is_u16 { 2 } else { 1 });
    let mut is_short = |filter: &Filter| {
        let Ok(next) = filter.shape(shape) else { return true };
        shape = next;
        next.1 as u128 * next.2 as u128 * size <= MOST_ROW_BYTES as u128
    };
    chain.iter().all(&mut is_short)
}

/// A PNG taken through a chain to a PNG, neither of which is ever there as a whole. What there is to say of it.
fn by_rows(job: &Job, mut rows: PngRows, output: &Path) -> anyhow::Result<Vec<String>> {
    let (from, to) = (rows.shape, output_shape(&job.chain, rows.shape)?);
    let mut metadata = rows.metadata.clone();
    let notes = metadata.bring_up_to_date(to);
    let failed =
        |error: std::io::Error| anyhow::Error::new(error).context(format!("{}: cannot be written", output.display()));
    let mut file = AtomicFile::create(output)?;
    let bits = if rows.is_u16 { 16 } else { 8 };
    let mut png = PngWriter::new(&mut file, to, bits, &metadata, job.packing.compression).map_err(failed)?;
    let engine = Engine { keep_alpha: from.2 % 2 == 0, ..Engine::default() };
    if rows.is_u16 {
        ahead(
            from,
            move |part| rows.read_u16(part),
            |next| engine.stream(&job.chain, from, next, |part| png.write_u16(part).map_err(failed)),
        )?;
    } else {
        ahead(
            from,
            move |part| rows.read_u8(part),
            |next| engine.stream(&job.chain, from, next, |part| png.write_u8(part).map_err(failed)),
        )?;
    }
    png.finish().map_err(failed)?;
    file.commit()?;
    Ok(notes.into_iter().collect())
}

/// Runs `work` with a function that gives the next rows, which another thread has read meanwhile; if there is only one thread to work on,
/// they are read when they are asked for.
fn ahead<T: Pixel>(
    (height, width, channels): (usize, usize, usize),
    mut read: impl FnMut(&mut [T]) -> Result<(), glassbox_formats::Error> + Send,
    work: impl FnOnce(&mut dyn FnMut(&mut [T]) -> anyhow::Result<()>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if rayon::current_num_threads() == 1 {
        return work(&mut |part| Ok(read(part)?));
    }
    let line = width * channels;
    let at_once = (AHEAD_BYTES / (line * size_of::<T>())).clamp(1, height);
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        scope.spawn(move || {
            for first in (0..height).step_by(at_once) {
                let mut rows = vec![T::default(); at_once.min(height - first) * line];
                let result = read(&mut rows).map(|()| rows);
                let failed = result.is_err();
                // Nobody listens any more once the work has failed.
                if sender.send(result).is_err() || failed {
                    return;
                }
            }
        });
        let mut waiting = Waiting { receiver, rows: Vec::new(), used: 0 };
        work(&mut |part| waiting.take(part))
    })
}

/// Rows that were read and not yet asked for.
struct Waiting<T> {
    receiver: Receiver<Result<Vec<T>, glassbox_formats::Error>>,
    rows: Vec<T>,
    used: usize,
}

impl<T: Copy> Waiting<T> {
    fn take(&mut self, mut part: &mut [T]) -> anyhow::Result<()> {
        while !part.is_empty() {
            if self.used == self.rows.len() {
                (self.rows, self.used) = (self.receiver.recv()??, 0);
            }
            let count = part.len().min(self.rows.len() - self.used);
            let (now, later) = part.split_at_mut(count);
            now.copy_from_slice(&self.rows[self.used..self.used + count]);
            self.used += count;
            part = later;
        }
        Ok(())
    }
}

/// Where a picture goes: known to be possible before anything is computed.
pub(super) enum Target {
    File(PathBuf, Format),
    StandardOutput(Format),
}

impl Target {
    fn format(&self) -> Format {
        match self {
            Target::File(_, format) | Target::StandardOutput(format) => *format,
        }
    }

    fn new(output: &Path, format: Option<&str>) -> anyhow::Result<Self> {
        if !is_dash(output) {
            if output.is_dir() {
                let name = output.display();
                return Err(Usage(format!("{name}: is a folder; --out-dir {name} writes into it")).into());
            }
            let by_suffix = Format::of_path(output).map_err(|error| Usage(error.to_string()))?;
            if let Some(name) = format
                && format_named(name)? != by_suffix
            {
                let allowed = "the suffix of OUT says what is written; --format is for - and --out-dir";
                return Err(wrong_flag("--format", format!("found {name:?} with OUT {}; {allowed}", output.display())));
            }
            glassbox_formats::check_writable(output)?;
            return Ok(Target::File(output.to_path_buf(), by_suffix));
        }
        match format {
            Some(name) => Ok(Target::StandardOutput(format_named(name)?)),
            None => Err(wrong_flag("--format", format!("is needed with OUT -; allowed: {}", known_formats()))),
        }
    }
}

/// Flags that say how formats are packed, of which none is written, are a mistake.
pub(super) fn check_packing(
    arguments: &ArgMatches,
    formats: impl IntoIterator<Item = Format> + Clone,
) -> anyhow::Result<()> {
    for (flag, format) in [("quality", Format::Jpeg), ("compression", Format::Png)] {
        if arguments.get_one::<u32>(flag).is_some() && !formats.clone().into_iter().any(|other| other == format) {
            return Err(wrong_flag(&format!("--{flag}"), format!("is for {format} files, and none is written")));
        }
    }
    Ok(())
}

/// The format that `--format` names.
pub(super) fn format_named(name: &str) -> anyhow::Result<Format> {
    let unknown = || wrong_flag("--format", format!("found {name:?}; allowed: {}", known_formats()));
    Format::from_suffix(name).ok_or_else(unknown)
}

fn known_formats() -> String {
    let names: Vec<_> = Format::SUFFIXES.iter().map(|(suffix, _)| *suffix).collect();
    names.join(", ")
}

pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    !is_dash(a) && matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}
