//! A picture file taken through a chain of operators to a picture file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ArgMatches;
use glassbox_formats::{Format, MOST_PICTURE_BYTES, Picture, Pixels, PngRows, Written, encode_picture, write_picture};
use glassbox_kernels::{Engine, Filter, Pixel, first_not_by_rows, output_shape};
use glassbox_tensor::{Element, Image};
use serde_json::{Value, json};

use super::by_rows::{by_rows, rows_are_short};
use super::command::Job;
use super::{first_of_more, input_name, read_input};
use crate::outcome::{Usage, wrong_flag};
use crate::run::{Common, catch_interrupts, say_json};

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
        let notes = by_rows(job, input, rows, path)?;
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
