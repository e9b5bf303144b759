//! `filters` on many pictures: which ones, and the output.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context;
use clap::ArgMatches;
use glassbox_formats::Format;
use glassbox_pipeline::batch::{self, Conflict, Event, Pair};
use glassbox_pipeline::{Converted, Error, Found, Pictures};
use glob::{MatchOptions, glob_with};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::apply::{check_packing, format_named, is_dash, summary, summary_json};
use super::command::Job;
use crate::outcome::{Reported, Usage, one_line};
use crate::run::{Common, catch_interrupts, complain, say_json};

/// Runs a job on every IN.
pub(super) fn run(job: &Job, folder: &Path, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let given: Vec<_> = arguments.get_many::<PathBuf>("paths").into_iter().flatten().collect();
    let format = arguments.get_one::<String>("format").map(|name| Ok::<_, anyhow::Error>((name, format_named(name)?)));
    let format = format.transpose()?;
    let mut pairs = Vec::new();
    let pictures = inputs(&given, arguments.get_flag("recursive"), folder)?;
    for Found { input, place, problem } in pictures.found {
        let (place, format) = match (problem, &format) {
            (Some(problem), _) => (place, Err(problem)),
            (None, Some((name, format))) => (place.with_extension(name), Ok(*format)),
            (None, None) => (place, Format::of_path(&input).map_err(|error| format!("{error}; or --format NAME"))),
        };
        pairs.push(Pair { input, output: folder.join(place), format });
    }
    batch::check(&pairs, arguments.get_flag("in-place")).map_err(|conflict| match conflict {
        Conflict::OverItself { output } => {
            Usage(format!("{}: is both IN and OUT; --in-place allows that", output.display()))
        }
        conflict => Usage(conflict.to_string()),
    })?;
    check_packing(arguments, pairs.iter().filter_map(|pair| pair.format.as_ref().ok().copied()))?;
    catch_interrupts(false)?;
    common.warn_of_debug_build();
    let passed = pictures.passed_over.len();
    if passed > 0 {
        common.note(&format!("note: {passed} passed over: without the suffix of a picture, or no files"));
    }
    for parent in pairs.iter().filter(|pair| pair.format.is_ok()).filter_map(|pair| pair.output.parent()) {
        fs::create_dir_all(parent).with_context(|| format!("--out-dir {}: cannot be made", parent.display()))?;
    }
    let jobs = arguments.get_one::<u32>("jobs").map_or_else(rayon::current_num_threads, |&jobs| jobs as usize);
    let (failures, unsaid) = work(job, &pairs, jobs, common)?;
    if failures.is_empty() {
        return unsaid.map_or(Ok(()), Err);
    }
    complain(&format!("filters: {} of {} pictures failed:", failures.len(), pairs.len()));
    failures.iter().for_each(|error| complain(&format!("  {}", one_line(error))));
    Err(Reported.into())
}

/// Takes every picture through the job, `jobs` at a time. Returns the failures, and the first error of printing.
fn work(
    job: &Job,
    pairs: &[Pair],
    jobs: usize,
    common: &Common,
) -> anyhow::Result<(Vec<Error>, Option<anyhow::Error>)> {
    let bar = if common.shows_progress() { ProgressBar::new(pairs.len() as u64) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} pictures  {eta} left  {wide_msg}")?);
    let unsaid = OnceLock::new();
    let failures = batch::run(&job.work, pairs, jobs, &|event| match event {
        Event::Started(pair) => bar.set_message(pair.input.display().to_string()),
        Event::Ended(pair, result) => {
            // The pictures matter: if nobody reads the lines, the rest is made anyway.
            if unsaid.get().is_none()
                && let Err(error) = say(job.name, pair, result, &bar, common)
            {
                let _ = unsaid.set(error);
            }
            bar.inc(1);
        }
    });
    bar.finish_and_clear();
    Ok((failures, unsaid.into_inner()))
}

/// Reports the result of a picture.
fn say(
    name: &str,
    pair: &Pair,
    result: &Result<Converted, Error>,
    bar: &ProgressBar,
    common: &Common,
) -> anyhow::Result<()> {
    match result {
        Ok(done) => {
            bar.suspend(|| {
                done.notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", pair.output.display())));
                common.detail(&summary(done));
            });
            if common.json {
                say_json(&summary_json(done, name))?;
            }
        }
        Err(error) if common.json => {
            let message = one_line(error);
            say_json(&json!({ "event": "failed", "in": pair.input.display().to_string(), "error": message }))?;
        }
        Err(_) => {}
    }
    Ok(())
}

fn is_folder(path: &Path) -> String {
    format!("{}: is a folder; --recursive takes the pictures in it", path.display())
}

/// All given pictures, each once. Without `--recursive`, a folder is listed as a failure.
fn inputs(given: &[&PathBuf], recursive: bool, made: &Path) -> anyhow::Result<Pictures> {
    let mut pictures = Pictures::default();
    for path in given {
        if is_dash(path) {
            return Err(Usage("-: has no name to be written under; --out-dir takes files".into()).into());
        }
        let matches = match path.to_str() {
            // A shell expands patterns, unless they are quoted.
            Some(pattern) if pattern.contains(['*', '?', '[']) && !path.exists() => {
                matches_of(pattern, &mut pictures.found)?
            }
            _ => vec![path.to_path_buf()],
        };
        for path in matches {
            if path.is_dir() && recursive {
                pictures.add_folder(&path, made);
                continue;
            }
            let place = PathBuf::from(path.file_name().unwrap_or(path.as_os_str()));
            let mut found = Found::new(path, place);
            if found.input.is_dir() {
                found.problem = Some(is_folder(&found.input));
            }
            pictures.found.push(found);
        }
    }
    pictures.dedup();
    let all = &pictures.found;
    if all.is_empty() {
        return Err(Usage("there is no picture in what was given".into()).into());
    }
    if !recursive && all.iter().all(|found| found.input.is_dir()) {
        return Err(Usage(is_folder(&all[0].input)).into());
    }
    Ok(pictures)
}

/// The paths that match a pattern; folders that cannot be read are added to `found`.
fn matches_of(pattern: &str, found: &mut Vec<Found>) -> anyhow::Result<Vec<PathBuf>> {
    // Hidden files match only a written dot, as in a shell.
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    let paths = glob_with(pattern, options).map_err(|error| Usage(format!("{pattern}: {error}")))?;
    let (mut there, mut unread) = (Vec::new(), Vec::new());
    paths.for_each(|path| path.map_or_else(|error| unread.push(error), |path| there.push(path)));
    for error in unread {
        let problem = Some(format!("{}: cannot be read: {}", error.path().display(), error.error()));
        let place = PathBuf::from(error.path().file_name().unwrap_or_default());
        found.push(Found { input: error.path().into(), place, problem });
    }
    if there.is_empty() && found.is_empty() {
        return Err(Usage(format!("{pattern}: nothing has such a name")).into());
    }
    // A pipe that matches by chance might block for ever.
    there.retain(|path| path.is_file() || path.is_dir() || !path.exists());
    Ok(there)
}
