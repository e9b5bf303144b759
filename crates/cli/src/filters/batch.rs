//! `filters` on many pictures: which ones, and the output.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, ensure};
use clap::ArgMatches;
use glassbox_formats::{Format, check_writable};
use glassbox_pipeline::batch::{self, Conflict, Event, Pair};
use glassbox_pipeline::pattern::{is_pattern, matches};
use glassbox_pipeline::{Converted, Error, Found, PassedOver, Pictures};
use glassbox_tensor::shown;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::apply::{check_packing, format_named, is_dash, say_notes, summary};
use super::command::Job;
use super::json_name;
use crate::outcome::{Reported, Usage, one_line};
use crate::run::{Common, catch_interrupts, complain, say_json};

/// Most paths named of each sort that is passed over.
const MOST_NAMED: usize = 3;

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
            Usage(format!("{}: is both IN and OUT; --in-place allows that", shown(&output)))
        }
        conflict => Usage(conflict.to_string()),
    })?;
    check_packing(arguments, pairs.iter().filter_map(|pair| pair.format.as_ref().ok().copied()))?;
    catch_interrupts(false)?;
    common.warn_of_debug_build();
    if !pictures.passed_over.is_empty() {
        common.note(&passed_over(pictures.passed_over.values(), if common.verbose { usize::MAX } else { MOST_NAMED }));
    }
    make_folders(&pairs)?;
    let jobs = arguments.get_one::<u32>("jobs").map_or_else(rayon::current_num_threads, |&jobs| jobs as usize);
    let (failures, unsaid) = work(job, &pairs, jobs, common)?;
    if failures.is_empty() {
        return unsaid.map_or(Ok(()), Err);
    }
    complain(&format!("{}: {} of {} pictures failed:", job.program, failures.len(), pairs.len()));
    failures.iter().for_each(|error| complain(&format!("  {}", one_line(error))));
    Err(Reported.into())
}

/// Makes the folders of the outputs, and makes sure that they can be written to before any work.
fn make_folders(pairs: &[Pair]) -> anyhow::Result<()> {
    let written = pairs.iter().filter(|pair| pair.format.is_ok());
    let folders: BTreeMap<_, _> = written.filter_map(|pair| Some((pair.output.parent()?, &pair.output))).collect();
    for (folder, output) in folders {
        let is_file = folder.exists() && !folder.is_dir();
        ensure!(!is_file, "--out-dir {}: is no folder", shown(folder));
        fs::create_dir_all(folder).with_context(|| format!("--out-dir {}: cannot be made", shown(folder)))?;
        check_writable(output)?;
    }
    Ok(())
}

/// The note on what was passed over; of each sort at most `most` paths are named.
fn passed_over<'a>(all: impl Iterator<Item = &'a (PathBuf, PassedOver)> + Clone, most: usize) -> String {
    let sorts = [
        (PassedOver::OtherSuffix, "without the suffix of a picture"),
        (PassedOver::LinkToFolder, "links to folders"),
        (PassedOver::NoFile, "neither files nor folders"),
    ];
    let parts = sorts.iter().filter_map(|(sort, words)| {
        let paths: Vec<_> = all.clone().filter(|(_, why)| why == sort).map(|(path, _)| path).collect();
        let named: Vec<_> = paths.iter().take(most).map(|path| shown(path)).collect();
        let more = if paths.len() > most { ", …" } else { "" };
        (!paths.is_empty()).then(|| format!("{} {words} ({}{more})", paths.len(), named.join(", ")))
    });
    format!("note: passed over: {}", parts.collect::<Vec<_>>().join("; "))
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
        Event::Started(pair) => bar.set_message(shown(&pair.input)),
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
            bar.suspend(|| say_notes(done, &pair.output, common));
            if common.json {
                say_json(&summary(done, name, &pair.input, &pair.output))?;
            }
        }
        Err(error) if common.json => {
            let message = one_line(error);
            say_json(&json!({ "event": "failed", "in": json_name(&pair.input), "error": message }))?;
        }
        Err(_) => {}
    }
    Ok(())
}

fn is_folder(path: &Path) -> String {
    format!("{}: is a folder; --recursive takes the pictures in it", shown(path))
}

/// All given pictures, each once. Without `--recursive`, a folder is listed as a failure.
fn inputs(given: &[&PathBuf], recursive: bool, made: &Path) -> anyhow::Result<Pictures> {
    let mut pictures = Pictures::default();
    for path in given {
        if is_dash(path) {
            return Err(Usage("-: has no name to be written under; --out-dir takes files".into()).into());
        }
        // A shell expands patterns, unless they are quoted.
        let matches = if is_pattern(path) { matches_of(path, &mut pictures.found)? } else { vec![path.to_path_buf()] };
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
fn matches_of(pattern: &Path, found: &mut Vec<Found>) -> anyhow::Result<Vec<PathBuf>> {
    let matched = matches(pattern)
        .map_err(|error| Usage(format!("{}: is neither a file nor a pattern: {}", shown(pattern), error.msg)))?;
    for (folder, error) in matched.unread {
        let problem = Some(format!("{}: cannot be read: {error}", shown(&folder)));
        let place = PathBuf::from(folder.file_name().unwrap_or_default());
        found.push(Found { input: folder, place, problem });
    }
    if matched.paths.is_empty() && found.is_empty() {
        return Err(Usage(format!("{}: nothing has such a name", shown(pattern))).into());
    }
    // A pipe that matches by chance might block for ever.
    Ok(matched.paths.into_iter().filter(|path| path.is_file() || path.is_dir() || !path.exists()).collect())
}
