//! Many pictures into a folder: what can be done is done, what failed is said at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context;
use clap::ArgMatches;
use glassbox_formats::Format;
use glob::{MatchOptions, glob_with};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::apply::{Done, Target, check_packing, format_named, is_dash, is_same_file, one};
use super::command::Job;
use crate::outcome::{Reported, Usage, one_line};
use crate::run::{Common, catch_interrupts, complain, say_json};

/// A picture to read and where what becomes of it goes, in which format; or what is wrong with it.
struct Pair {
    input: PathBuf,
    output: PathBuf,
    format: Result<Format, String>,
}

/// What is to be read, its place in the folder that is written to, and why it cannot be read if that is known.
struct Found {
    input: PathBuf,
    place: PathBuf,
    problem: Option<String>,
}

impl Found {
    fn new(input: PathBuf, place: PathBuf) -> Self {
        let problem = match fs::metadata(&input) {
            Ok(found) if found.is_dir() => Some(is_folder(&input)),
            Ok(_) => None,
            Err(error) if error.kind() == ErrorKind::NotFound && input.is_symlink() => {
                Some(format!("{}: is a link that leads nowhere", input.display()))
            }
            Err(error) => Some(format!("{}: cannot be read: {error}", input.display())),
        };
        Self { input, place, problem }
    }
}

/// Runs a job on every IN.
pub(super) fn run(job: &Job, folder: &Path, arguments: &ArgMatches, common: &Common) -> anyhow::Result<()> {
    let given: Vec<_> = arguments.get_many::<PathBuf>("paths").into_iter().flatten().collect();
    let format = arguments.get_one::<String>("format").map(|name| Ok::<_, anyhow::Error>((name, format_named(name)?)));
    let format = format.transpose()?;
    let mut pairs = Vec::new();
    let (found, passed) = inputs(&given, arguments.get_flag("recursive"), folder)?;
    for Found { input, place, problem } in found {
        let (place, format) = match (problem, &format) {
            (Some(problem), _) => (place, Err(problem)),
            (None, Some((name, format))) => (place.with_extension(name), Ok(*format)),
            (None, None) => (place, Format::of_path(&input).map_err(|error| format!("{error}; or --format NAME"))),
        };
        pairs.push(Pair { input, output: folder.join(place), format });
    }
    check(&pairs, arguments.get_flag("in-place"))?;
    check_packing(arguments, pairs.iter().filter_map(|pair| pair.format.as_ref().ok().copied()))?;
    catch_interrupts(false)?;
    common.warn_of_debug_build();
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
    failures.values().for_each(|message| complain(&format!("  {message}")));
    Err(Reported.into())
}

/// What failed, by its place in the list, and what kept us from saying what was done.
type Outcome = (BTreeMap<usize, String>, Option<anyhow::Error>);

/// Takes every picture through the job, `jobs` at a time.
fn work(job: &Job, pairs: &[Pair], jobs: usize, common: &Common) -> anyhow::Result<Outcome> {
    let bar = if common.shows_progress() { ProgressBar::new(pairs.len() as u64) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} pictures  {eta} left  {wide_msg}")?);
    let (next, unsaid) = (AtomicUsize::new(0), OnceLock::new());
    let say = |pair: &Pair, result: &anyhow::Result<Done>| -> anyhow::Result<()> {
        match result {
            Ok(done) => {
                bar.suspend(|| {
                    done.notes.iter().for_each(|text| common.note(&format!("note: {}: {text}", pair.output.display())));
                    common.detail(&done.text());
                });
                if common.json {
                    say_json(&done.json(job.name))?;
                }
            }
            Err(error) if common.json => {
                let message = one_line(error);
                say_json(&json!({ "event": "failed", "in": pair.input.display().to_string(), "error": message }))?;
            }
            Err(_) => {}
        }
        Ok(())
    };
    let worker = || {
        let mut failures = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(pair) = pairs.get(index) else { return failures };
            bar.set_message(pair.input.display().to_string());
            let result = match &pair.format {
                Ok(format) => one(job, &pair.input, &Target::File(pair.output.clone(), *format)),
                Err(problem) => Err(anyhow::Error::msg(problem.clone())),
            };
            // The pictures are what is asked for: nobody listening is no reason to leave the rest.
            if unsaid.get().is_none()
                && let Err(error) = say(pair, &result)
            {
                let _ = unsaid.set(error);
            }
            if let Err(error) = result {
                failures.push((index, one_line(&error)));
            }
            bar.inc(1);
        }
    };
    let failures = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.min(pairs.len())).map(|_| scope.spawn(worker)).collect();
        let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.flatten().collect()
    });
    bar.finish_and_clear();
    Ok((failures, unsaid.into_inner()))
}

fn is_folder(path: &Path) -> String {
    format!("{}: is a folder; --recursive takes the pictures in it", path.display())
}

/// Every picture that is meant, once, and its place in the folder that is written to; folders only if what is in them is not asked for. And
/// how much in folders is none.
fn inputs(given: &[&PathBuf], recursive: bool, folder: &Path) -> anyhow::Result<(Vec<Found>, usize)> {
    let (mut all, mut passed) = (Vec::new(), BTreeSet::new());
    for path in given {
        if is_dash(path) {
            return Err(Usage("-: has no name to be written under; --out-dir takes files".into()).into());
        }
        let matches = match path.to_str() {
            // A shell has done this already, but not where the pattern is quoted or there is no such shell.
            Some(pattern) if pattern.contains(['*', '?', '[']) && !path.exists() => {
                // Hidden files only where the dot is written, as in a shell.
                let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
                let paths = glob_with(pattern, options).map_err(|error| Usage(format!("{pattern}: {error}")))?;
                let (mut there, mut unread) = (Vec::new(), Vec::new());
                paths.for_each(|path| path.map_or_else(|error| unread.push(error), |path| there.push(path)));
                for error in unread {
                    let problem = Some(format!("{}: cannot be read: {}", error.path().display(), error.error()));
                    let place = PathBuf::from(error.path().file_name().unwrap_or_default());
                    all.push(Found { input: error.path().into(), place, problem });
                }
                if there.is_empty() && all.is_empty() {
                    return Err(Usage(format!("{pattern}: nothing has such a name")).into());
                }
                // What a pattern meets by chance, as a pipe, may keep us waiting for ever.
                there.into_iter().filter(|path| path.is_file() || path.is_dir() || !path.exists()).collect()
            }
            _ => vec![path.to_path_buf()],
        };
        for path in matches {
            if path.is_dir() && recursive {
                pictures_in(&path, Path::new(""), folder, &mut all, &mut passed);
            } else {
                let name = PathBuf::from(path.file_name().unwrap_or(path.as_os_str()));
                all.push(Found::new(path, name));
            }
        }
    }
    let mut seen = BTreeSet::new();
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    all.retain(|found| seen.insert((real(&found.input), found.place.clone())));
    if all.is_empty() {
        return Err(Usage("there is no picture in what was given".into()).into());
    }
    if !recursive && all.iter().all(|found| found.input.is_dir()) {
        return Err(Usage(is_folder(&all[0].input)).into());
    }
    Ok((all, passed.len()))
}

/// The pictures in a folder and in the folders in it, by their suffixes, in the order of their names: without what is hidden, and without what
/// an earlier run may have made in `made`. What has another suffix, or is no file, as a pipe, is `passed` over.
fn pictures_in(folder: &Path, place: &Path, made: &Path, all: &mut Vec<Found>, passed: &mut BTreeSet<PathBuf>) {
    let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => {
            let problem = Some(format!("{}: cannot be read: {error}", folder.display()));
            return all.push(Found { input: folder.into(), place: place.into(), problem });
        }
    };
    let mut names: Vec<_> = entries.iter().map(fs::DirEntry::file_name).collect();
    names.sort();
    for name in names.into_iter().filter(|name| !name.as_encoded_bytes().starts_with(b".")) {
        let (path, place) = (folder.join(&name), place.join(&name));
        // A link to a folder may lead back to where it stands.
        if path.is_dir() && !path.is_symlink() && !is_same_file(&path, made) {
            pictures_in(&path, &place, made, all, passed);
        } else if (path.is_file() || !path.exists()) && Format::of_path(&path).is_ok() {
            all.push(Found::new(path, place));
        } else if !path.is_dir() {
            passed.insert(fs::canonicalize(&path).unwrap_or(path));
        }
    }
}

/// No two pictures may be written to one file, and none over one that is read unless that is wanted.
fn check(pairs: &[Pair], in_place: bool) -> anyhow::Result<()> {
    let mut written = BTreeMap::new();
    for Pair { input, output, .. } in pairs.iter().filter(|pair| pair.format.is_ok()) {
        if let Some(other) = written.insert(output, input) {
            let (other, input, output) = (other.display(), input.display(), output.display());
            return Err(Usage(format!("{other} and {input}: would both be written to {output}")).into());
        }
        if is_same_file(input, output) && !in_place {
            return Err(Usage(format!("{}: is both IN and OUT; --in-place allows that", output.display())).into());
        }
    }
    Ok(())
}
